import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PERMISSIONS } from '../../functions/arm/permissions.ts';

const page = await readFile(join(import.meta.dirname, '../../docs/azure.md'), 'utf8');

test('the page for who operates it names every permission that a call needs, and no other', () => {
  const named = new Set([...page.matchAll(/^ {4}(Microsoft\.[A-Za-z]+\/\S+)$/gm)].map(([, name]) => name));

  expect(named).toEqual(new Set(PERMISSIONS));
});
