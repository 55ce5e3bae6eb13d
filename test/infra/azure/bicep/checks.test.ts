import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { AZURE, parseBicepFiles, readBicepFiles, type BicepFiles } from './files.ts';
import { BREAKS, SOUND, SOUND_TYPES, type Break } from './checks/broken.ts';
import { checksOf } from './checks.ts';
import type { KnownType } from './checks/resources.ts';

const readme = await readFile(`${AZURE}/README.md`, 'utf8');
const resourceTypes = JSON.parse(
  await readFile(join(import.meta.dirname, 'checks/resource-types.json'), 'utf8'),
) as readonly KnownType[];
const CHECKS = Object.entries(checksOf({ readme, resourceTypes }));
const SOUND_CHECKS = checksOf({ readme: '', resourceTypes: SOUND_TYPES });

function broken({ file, from, to }: Break): Promise<BicepFiles> {
  const path = `${AZURE}/${file}`;
  const text = SOUND[path] ?? '';
  if (!text.includes(from)) throw new Error(`${file} does not say ${from}`);
  return parseBicepFiles(Object.entries({ ...SOUND, [path]: text.replace(from, () => to) }));
}

describe('every Bicep file of the deployment', () => {
  let files: BicepFiles;
  beforeAll(async () => {
    files = await readBicepFiles();
  });

  it('is read: templates and files of parameters', () => {
    expect([...files.templates.keys(), ...files.parameterFiles.keys()]).toEqual(
      expect.arrayContaining([
        'infra/azure/main.bicep',
        'infra/azure/destination/main.bicep',
        'infra/azure/example.bicepparam',
        'infra/azure/destination/example.bicepparam',
      ]),
    );
  });

  it.each(CHECKS)('%s', (_, check) => {
    expect(check(files)).toEqual([]);
  });
});

describe('the checks', () => {
  it.each(Object.entries(SOUND_CHECKS))('find nothing in files in which nothing is wrong: %s', async (_, check) => {
    expect(check(await parseBicepFiles(Object.entries(SOUND)))).toEqual([]);
  });

  it('are each broken by something', () => {
    expect(Object.keys(BREAKS).sort()).toEqual(Object.keys(SOUND_CHECKS).sort());
  });

  const breaks = Object.entries(BREAKS).flatMap(([name, each]) =>
    each.map((one) => ({ name, says: one.says, to: one.to.trim(), one })),
  );
  it.each(breaks)('$name: finds $says', async ({ name, one }) => {
    const found = SOUND_CHECKS[name]?.(await broken(one)) ?? [];
    expect(
      found.some((what) => what.includes(one.says)),
      `it says: ${found.join('; ') || 'nothing'}`,
    ).toBe(true);
  });
});
