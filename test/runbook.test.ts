import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FAULTS } from '../shared/fault.ts';
import { DETACHES, HOLDS, NOTES } from '../shared/reason.ts';

const text = await readFile(join(import.meta.dirname, '../docs/runbook.md'), 'utf8');

/** The entries below a heading of the second level: each code with what is written about it. */
function entriesOf(chapter: string): ReadonlyMap<string, string> {
  const body = text.split(/^## /m).find((part) => part.startsWith(`${chapter}\n`)) ?? '';
  const entries = body.split(/^### /m).slice(1);
  return new Map(entries.map((entry) => [/^`([a-z-]+)`/.exec(entry)?.[1] ?? entry, entry.replaceAll(/\s+/g, ' ')]));
}

describe('the runbook', () => {
  it.each([
    ['Holds', HOLDS],
    ['Notes', NOTES],
    ['Detaches', DETACHES],
    ['Faults', FAULTS],
  ])('has every code of the %s and no other', (chapter, codes) => {
    expect([...entriesOf(chapter).keys()].sort()).toEqual(Object.keys(codes).sort());
  });

  it.each(Object.entries(HOLDS))('gives the remedy of the hold %s as the hold itself does', (code, remedy) => {
    expect(entriesOf('Holds').get(code)).toContain(`**Remedy:** ${remedy}.`);
  });

  it.each(Object.entries(FAULTS))('says who ends the fault %s', (code, remedy) => {
    expect(entriesOf('Faults').get(code)).toContain(`**Ended by:** ${remedy}.`);
  });
});
