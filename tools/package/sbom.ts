import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toJsonFile, writeFolder } from './files.ts';
import { type Lock, withoutDevelopment } from './locked.ts';
import type { Manifest } from './manifest.ts';
import { npm } from './npm.ts';

/** A bill of materials, by what is changed in it: https://cyclonedx.org/docs/1.5/json/. */
interface Bom {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp?: string };
}

/**
 * The bill of materials that npm writes of what is shipped.
 *
 * npm reads it out of a lock that has nothing but that: told to omit what is for development, it also omits every shipped
 * package that a development package needs as well, two thirds of them.
 */
async function writtenByNpm({ name, version, license, description, dependencies }: Manifest, lock: Lock): Promise<Bom> {
  const folder = await mkdtemp(join(tmpdir(), 'tapkeeper-sbom-'));
  // npm names what it describes after its folder.
  const project = join(folder, name);
  try {
    await mkdir(project);
    await writeFolder(
      project,
      new Map([
        ['package.json', toJsonFile({ name, version, license, description, dependencies })],
        ['package-lock.json', toJsonFile(withoutDevelopment(lock))],
      ]),
    );
    return JSON.parse(await npm(project, 'sbom', '--sbom-format', 'cyclonedx', '--package-lock-only')) as Bom;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A serial number that is the same for the same contents, in the form of a random UUID (RFC 9562, version 8). */
function toSerialNumber(contents: object): string {
  const hex = createHash('sha256').update(JSON.stringify(contents)).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}

/**
 * The packages that are shipped, bundled or installed with ours, as CycloneDX. It tells a time only where the build is told
 * one (https://reproducible-builds.org/specs/source-date-epoch/): the same lock makes the same document.
 */
export async function toSbom(manifest: Manifest, lock: Lock, sourceDateEpoch: string | null): Promise<Uint8Array> {
  const { serialNumber: _, metadata, ...rest } = await writtenByNpm(manifest, lock);
  const { timestamp: __, ...timeless } = metadata;
  const contents = { ...rest, metadata: timeless };
  const timestamp =
    sourceDateEpoch === null ? {} : { timestamp: new Date(Number(sourceDateEpoch) * 1000).toISOString() };
  return toJsonFile({
    ...contents,
    serialNumber: toSerialNumber(contents),
    metadata: { ...timestamp, ...timeless },
  });
}
