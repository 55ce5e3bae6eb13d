import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { printSnapshot } from '../../../cli/snapshot-file.ts';
import { toInstant } from '../../../shared/ids.ts';
import { findCliOutputs } from '../../../tools/package/cli-outputs.ts';
import { type Files, readFolder } from '../../../tools/package/files.ts';
import { packForNpm } from '../../../tools/package/npm-package.ts';
import type { Sources } from '../../../tools/package/zips.ts';
import { ROOT } from '../../../tools/root.ts';
import { toWorld } from '../../world.ts';
import { build } from './built.ts';

let folder: string;
let sources: Sources;
/** Where the package is unpacked, as npm installs it. */
let installed: string;

const pack = (to: string): Promise<string> =>
  packForNpm(sources, { staging: join(folder, 'staging'), to, repository: 'https://github.com/owner/tapkeeper' });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapkeeper-npm-'));
  sources = await build('cli', folder);
  const file = await pack(folder);
  // Beside the packages of the repository: nothing is fetched.
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await promisify(execFile)('tar', ['-xzf', join(folder, file), '-C', folder]);
  installed = join(folder, 'package');
});

afterAll(async () => rm(folder, { recursive: true }));

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

const readManifest = async (path: string): Promise<Manifest> => JSON.parse(await readFile(path, 'utf8')) as Manifest;

/** Runs what `bin` names, as its link in node_modules/.bin would. */
async function tapkeeper(...typed: readonly string[]): Promise<Ran> {
  const { bin } = await readManifest(join(installed, 'package.json'));
  const env = { PATH: process.env['PATH'], NO_COLOR: '1' };
  return promisify(execFile)(process.execPath, [join(installed, bin['tapkeeper'] ?? ''), ...typed], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (failed: Ran) => ({ code: failed.code, stdout: failed.stdout, stderr: failed.stderr }),
  );
}

const namesOf = (files: Files): readonly string[] => [...files.keys()].sort();

describe('the npm package', () => {
  it('has the command line, its types and schemas, and nothing else', async () => {
    const names = namesOf(await readFolder(installed));

    expect(names.filter((name) => !name.startsWith('dist/cli/'))).toEqual([
      'LICENSE',
      'README.md',
      'package.json',
      'schemas/plan.schema.json',
      'schemas/snapshot.schema.json',
      'schemas/tapkeeper.d.ts',
      'schemas/tapkeeper.schema.json',
    ]);
    expect(names).toContain('dist/cli/tapkeeper.js');
  });

  it('asks for what the command line imports, and for nothing that is for development', async () => {
    const { dependencies } = await readManifest(join(installed, 'package.json'));
    const { packages } = await findCliOutputs();
    const ours = await readManifest(join(ROOT, 'package.json'));

    expect(Object.keys(dependencies)).toEqual(packages);
    expect(packages).toContain('@aws-sdk/client-ec2');
    expect(packages).not.toContain('fauxqs');
    expect(ours.dependencies).toMatchObject(dependencies);
  });

  it('runs nothing where it is installed, and says where it comes from', async () => {
    const manifest = await readManifest(join(installed, 'package.json'));

    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['scripts']));
    expect(Object.keys(manifest)).not.toEqual(expect.arrayContaining(['private']));
    expect(manifest).toMatchObject({ repository: { url: 'git+https://github.com/owner/tapkeeper.git' } });
  });

  it('is the same for the same code', async () => {
    const again = join(folder, 'again');
    await mkdir(again);
    const name = await pack(again);

    const [one, other] = [await readFile(join(folder, name)), await readFile(join(again, name))];
    expect(gunzipSync(one).equals(gunzipSync(other))).toBe(true);
  });

  it.each(['tapkeeper.schema.json', 'snapshot.schema.json', 'plan.schema.json'])('exports %s', async (name) => {
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as { exports: object };

    expect(manifest.exports).toMatchObject({
      '.': { types: './schemas/tapkeeper.d.ts' },
      './schemas/*': './schemas/*',
    });
    expect(JSON.parse(await readFile(join(installed, 'schemas', name), 'utf8'))).toHaveProperty('$schema');
  });
});

describe('tapkeeper, out of the npm package', () => {
  const RULES = join(ROOT, 'tapkeeper.example.yaml');

  it('may be executed', async () => {
    const { bin } = await readManifest(join(installed, 'package.json'));

    expect((await stat(join(installed, bin['tapkeeper'] ?? ''))).mode & 0o111).toBe(0o111);
  });

  it('tells its commands', async () => {
    const { code, stdout } = await tapkeeper('--help');

    expect(code).toBe(0);
    expect(stdout).toContain('validate');
  });

  it('validates', async () => {
    expect(await tapkeeper('validate', RULES)).toMatchObject({ code: 0, stderr: '' });
  });

  it('plans offline', async () => {
    const snapshot = join(folder, 'fleet.json');
    const worlds = [toWorld({ cloud: 'aws' })];
    await writeFile(snapshot, printSnapshot({ version: 1, takenAt: toInstant(0), worlds }));

    const { code, stdout, stderr } = await tapkeeper('plan', '--rules', RULES, '--from', snapshot);

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('123456789012');
  });

  it('loads every command', async () => {
    const { stdout } = await tapkeeper('--help');
    const commands = /^USAGE tapkeeper ([\w|-]+)$/m.exec(stdout)?.[1]?.split('|') ?? [];

    expect(commands).toContain('apply');
    for (const command of commands) {
      expect(await tapkeeper(command, '--help')).toMatchObject({ code: 0, stderr: '' });
    }
  });

  it('says why there are no local clouds', async () => {
    const { code, stderr } = await tapkeeper('local');

    expect(code).toBe(1);
    expect(stderr).toBe(
      'tapkeeper: unsupported: the local clouds are not in this package, for they need development packages: run `npm ci && npm start` in a clone of tapkeeper\n',
    );
  });
});
