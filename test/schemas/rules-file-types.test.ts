import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toTypes } from './rules-file-types.ts';

const SCHEMAS = join(import.meta.dirname, '../../schemas');

describe('schemas/tapkeeper.d.ts', () => {
  it('is what the schema says', async () => {
    const schema = JSON.parse(await readFile(join(SCHEMAS, 'tapkeeper.schema.json'), 'utf8')) as object;
    // `npx vitest run test/schemas --update` writes it anew.
    await expect(await toTypes(schema)).toMatchFileSnapshot(join(SCHEMAS, 'tapkeeper.d.ts'));
  });

  it('is not made of a schema whose parts are elsewhere', async () => {
    await expect(toTypes({ type: 'object', properties: {} })).rejects.toThrow(/properties\.destinations/);
  });
});
