import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFolder } from './files.ts';
import { readLock } from './locked.ts';
import { packForNpm } from './npm-package.ts';
import { toSbom } from './sbom.ts';
import { toSums } from './sums.ts';
import { toZip } from './zip.ts';
import { type Sources, ZIPS } from './zips.ts';

/** Where packages go, and what only who makes them knows. */
export interface Making {
  readonly to: string;
  /** The folder that is published, which is made anew. */
  readonly staging: string;
  /** The address of the repository, as https://github.com/owner/name; `null` where nothing is published. */
  readonly repository: string | null;
  /** The seconds since 1970 that the build is to tell instead of the time; `null`: it tells none. */
  readonly sourceDateEpoch: string | null;
}

const SBOM = 'tapkeeper.cdx.json';
const SUMS = 'SHA256SUMS';

/** Writes every package anew, and what is in them: the bill of materials and the sums. */
export async function writePackages(
  sources: Sources,
  { to, staging, repository, sourceDateEpoch }: Making,
): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  for (const { name, files } of ZIPS) await writeFile(join(to, name), toZip(await files(sources)));
  await packForNpm(sources, { staging, to, repository });
  const lock = await readLock(join(sources.root, 'package-lock.json'));
  await writeFile(join(to, SBOM), await toSbom(sources.manifest, lock, sourceDateEpoch));
  await writeFile(join(to, SUMS), toSums(await readFolder(to)));
}
