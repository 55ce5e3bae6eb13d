import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const read = (name: string) => readFile(join(import.meta.dirname, '../..', name), 'utf8');

describe('the dependencies', () => {
  it('each have their reason in docs/decisions/001', async () => {
    const reasons = await read('docs/decisions/001-dependencies.md');
    const manifest = JSON.parse(await read('package.json')) as Record<string, Record<string, string>>;
    const names = Object.keys({ ...manifest['dependencies'], ...manifest['devDependencies'] });

    expect(names.filter((name) => !name.startsWith('@types/') && !reasons.includes(`\`${name}\``))).toEqual([]);
  });
});
