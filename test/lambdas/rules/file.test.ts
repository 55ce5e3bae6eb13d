import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { filePlace } from '../../../lambdas/rules/file.ts';
import type { RulesSource } from '../../../shared/ports.ts';
import { rulesAt } from '../../../shared/rules-source.ts';

const NOTHING_WISHED = 'version: 1\nowner: soc\ndestinations: {}\nrules: []\n';

let folder: string;
let path: string;
let rules: RulesSource;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapkeeper-'));
  path = join(folder, 'tapkeeper.yaml');
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  rules = rulesAt(filePlace(path), { clock: { now: () => 0 }, hash });
});
afterEach(() => rm(folder, { recursive: true }));

test('a file is parsed once, and again when its text changes', async () => {
  await writeFile(path, NOTHING_WISHED);
  const first = await rules.load();
  expect(first.config.owner).toBe('soc');
  expect(first.version).toMatch(/^[0-9a-f]{64}$/);
  expect(await rules.load()).toBe(first);
  await writeFile(path, NOTHING_WISHED.replace('soc', 'noc'));
  const second = await rules.load();
  expect(second.config.owner).toBe('noc');
  expect(second.version).not.toBe(first.version);
});

test('the version is one of what the rules say, not of how they are written', async () => {
  await writeFile(path, NOTHING_WISHED);
  const { version } = await rules.load();
  await writeFile(path, `# a comment\n${NOTHING_WISHED}`);
  expect((await rules.load()).version).toBe(version);
});

test('every problem of an invalid file is told at once, with where it is', async () => {
  await writeFile(path, 'version: 1\nowner: "Not An Owner"\nunknownKey: 1\ndestinations: {}\nrules: []\n');
  const thrown: unknown = await rules.load().catch((error: unknown) => error);
  expect(thrown).toMatchObject({ code: 'config-invalid' });
  const message = thrown instanceof Error ? thrown.message : '';
  expect(message).toContain(`${path}:2`);
  expect(message).toContain('unknownKey');
});

test('a file that became invalid is not the rules that it was, and is read again when it is mended', async () => {
  await writeFile(path, NOTHING_WISHED);
  await rules.load();
  await writeFile(path, 'version: 2\n');
  await expect(rules.load()).rejects.toMatchObject({ code: 'config-invalid' });
  await expect(rules.load()).rejects.toMatchObject({ code: 'config-invalid' });
  await writeFile(path, NOTHING_WISHED);
  expect((await rules.load()).config.owner).toBe('soc');
});

test('a file that is missing is no empty set of rules', async () => {
  await expect(rules.load()).rejects.toMatchObject({
    code: 'config-invalid',
    message: `reading the rules file ${path}: ENOENT; put it there or set TAPKEEPER_RULES`,
  });
});
