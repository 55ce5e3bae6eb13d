import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HOLDS, NOTES } from '../../../shared/reason.ts';

const ROOT = join(import.meta.dirname, '../../..');
const page = readFileSync(join(ROOT, 'docs/precedence.md'), 'utf8');
const plans = readdirSync(join(ROOT, 'test/plans'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => readFileSync(join(ROOT, 'test/plans', name, 'plan.txt'), 'utf8').split('\n'))
  .map((line) => line.trim());

describe('the page on precedence', () => {
  it('shows only lines that a golden plan has', () => {
    const shown = page.split('\n').filter((line) => /^(! held|i note) /.test(line));
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.filter((line) => !plans.includes(line))).toEqual([]);
  });

  it.each([...Object.keys(HOLDS), ...Object.keys(NOTES)])('says how to read %s', (code) => {
    expect(page).toMatch(new RegExp(`### \`${code}\`|\`${code}\``));
  });
});
