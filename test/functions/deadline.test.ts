import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { endOfFunction, endOfRequest, FUNCTION_TIMEOUT } from '../../functions/deadline.ts';

const deps = { clock: { now: () => 1_000_000 } };
const SETTING = 'AzureFunctionsJobHost__functionTimeout';
const afterMs = (endsAtMs: number | null): number | null => (endsAtMs === null ? null : endsAtMs - 1_000_000);

test('the timeout is that of host.json', () => {
  const host = JSON.parse(readFileSync(new URL('../../host.json', import.meta.url), 'utf8')) as object;
  expect(host).toMatchObject({ functionTimeout: FUNCTION_TIMEOUT });
});

test.each([
  [undefined, 300_000],
  ['', 300_000],
  ['00:10:00', 600_000],
  ['01:00:01', 3_601_000],
  ['1.00:00:00', 86_400_000],
  ['-1', null],
  ['soon', 300_000],
])('with an app setting of %j an invocation ends after %s ms', (setting, expected) => {
  expect(afterMs(endOfFunction(deps, { [SETTING]: setting }))).toBe(expected);
});

test.each([
  [undefined, 230_000],
  ['00:01:00', 60_000],
  ['-1', 230_000],
])('with an app setting of %j a request ends after %s ms', (setting, expected) => {
  expect(afterMs(endOfRequest(deps, { [SETTING]: setting }))).toBe(expected);
});
