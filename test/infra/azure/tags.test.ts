import { expect, test } from 'vitest';
import { deployMain } from './deployed.ts';

const tags = { costCenter: '4711' };

/** What is in a region, or in all of them, takes tags; what belongs to another resource does not. */
const tagged = (given: Readonly<Record<string, unknown>>) =>
  deployMain(given).writes.filter(({ body }) => 'location' in body);

test('everything that takes tags has those that are given', () => {
  const writes = tagged({ tags });
  expect(new Set(writes.map(({ type }) => type)).size).toBeGreaterThan(10);
  expect(writes.filter(({ body }) => body['tags'] !== tags).map(({ id }) => id)).toEqual([]);
});

test('nothing has tags of its own', () => {
  expect(tagged({}).filter(({ body }) => Object.keys(body['tags'] as object).length > 0)).toEqual([]);
});
