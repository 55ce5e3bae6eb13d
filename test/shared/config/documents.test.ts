import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ATTRIBUTES } from '../../../shared/config/config.ts';
import { configOf, problemsOf } from './problems.ts';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '../../..', path), 'utf8');

describe('docs/rules.md', () => {
  const text = read('docs/rules.md');
  const examples = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, example]) => example ?? '');

  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(3);
  });

  it.each(examples)('has a valid example, without warnings: %#', (example) => {
    expect(problemsOf(example)).toEqual([]);
  });

  it.each([...keysIn(JSON.parse(read('schemas/tapkeeper.schema.json')))])('says what `%s` is', (key) => {
    expect(text).toMatch(new RegExp(`[\`{ ]${key}[\`:, ]`));
  });
});

describe('tapkeeper.example.yaml', () => {
  const text = read('tapkeeper.example.yaml');

  it('is valid, without warnings', () => {
    expect(problemsOf(text)).toEqual([]);
  });

  it('is of both clouds, with every way to name a destination', () => {
    expect(new Set(configOf(text).destinations.map(({ entry }) => entry.kind)).size).toBe(7);
  });

  it('shows every key but for some attributes, which are all used alike', () => {
    const shown = keysIn(parse(text));
    const known = [...keysIn(JSON.parse(read('schemas/tapkeeper.schema.json')))];
    const attributes: readonly string[] = ATTRIBUTES;
    expect(known.filter((key) => !shown.has(key) && !attributes.includes(key))).toEqual([]);
  });
});

/** Every key of a rules file; of a JSON Schema, those that it describes. */
function keysIn(data: unknown): ReadonlySet<string> {
  if (typeof data !== 'object' || data === null) return new Set();
  if ('$schema' in data || '$defs' in data) return describedIn(data);
  const own = Array.isArray(data) ? [] : Object.keys(data);
  return new Set([...own, ...Object.values(data).flatMap((part: unknown) => [...keysIn(part)])]);
}

function describedIn(schema: unknown): ReadonlySet<string> {
  if (typeof schema !== 'object' || schema === null) return new Set();
  const own = 'properties' in schema ? Object.keys(schema.properties as object) : [];
  return new Set([...own, ...Object.values(schema).flatMap((part: unknown) => [...describedIn(part)])]);
}
