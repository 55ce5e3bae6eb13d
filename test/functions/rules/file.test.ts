import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filePlace } from '../../../functions/rules/file.ts';
import { sha256 } from '../../../functions/sha256.ts';
import type { RulesSource } from '../../../shared/ports.ts';
import { rulesAt } from '../../../shared/rules-source.ts';

const EMPTY = 'version: 1\nowner: soc\ndestinations: {}\nrules: []\n';

const createRulesFile = (path: string): RulesSource =>
  rulesAt(filePlace(path), { clock: { now: () => 0 }, hash: sha256 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapkeeper-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('is read again when it changes, and its version is of what it means', async () => {
  const path = join(folder, 'rules.yaml');
  const rules = createRulesFile(path);
  await writeFile(path, EMPTY);
  const first = await rules.load();
  expect(first).toMatchObject({ config: { owner: 'soc' }, version: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
  expect(await rules.load()).toBe(first);

  await writeFile(path, `# a comment\n${EMPTY}`);
  expect((await rules.load()).version).toBe(first.version);
  await writeFile(path, EMPTY.replace('soc', 'net'));
  const changed = await rules.load();
  expect(changed.config.owner).toBe('net');
  expect(changed.version).not.toBe(first.version);
});

test('one that is not valid is a fault with every problem and its line, and never an older set of rules', async () => {
  const path = join(folder, 'invalid.yaml');
  const rules = createRulesFile(path);
  await writeFile(path, EMPTY);
  await rules.load();
  await writeFile(path, 'version: 1\nowner: SOC!\nsurprise: 1\n');
  await expect(rules.load()).rejects.toMatchObject({ code: 'config-invalid' });
  await expect(rules.load()).rejects.toThrow(/invalid\.yaml:2:.*invalid\.yaml:3:/s);
});

test('one that cannot be read is a fault that names it', async () => {
  await expect(createRulesFile(folder).load()).rejects.toMatchObject({
    code: 'config-invalid',
    message: expect.stringContaining(folder) as string,
  });
});
