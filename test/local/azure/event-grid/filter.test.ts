import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { identify, SUBSCRIPTION_FILTER } from '../../../../functions/event-grid.ts';
import { matches, type AdvancedFilter } from '../../../../local/azure/event-grid/filter.ts';

const event = {
  subject: '/Subscriptions/S/rg/VM',
  eventType: 'A.Write',
  data: { operationName: 'X/virtualMachines/write', n: { m: 'deep' } },
};
const one = (
  operatorType: string,
  key: string,
  ...values: string[]
): { advancedFilters: readonly AdvancedFilter[] } => ({
  advancedFilters: [{ operatorType, key, values }],
});

test.each([
  ['StringIn', 'data.operationName', ['x/VIRTUALMACHINES/write'], true],
  ['StringIn', 'data.operationName', ['virtualMachines'], false],
  ['StringNotIn', 'data.operationName', ['x/virtualmachines/write'], false],
  ['StringContains', 'data.operationName', ['nothing', 'VirtualMachines'], true],
  ['StringNotContains', 'data.operationName', ['virtualmachines'], false],
  ['StringBeginsWith', 'subject', ['/subscriptions/s'], true],
  ['StringNotBeginsWith', 'subject', ['/subscriptions/t'], true],
  ['StringEndsWith', 'subject', ['/vm'], true],
  ['StringNotEndsWith', 'subject', ['/vm'], false],
  ['StringIn', 'Data.N.M', ['DEEP'], true],
  ['StringIn', 'type', ['a.write'], true],
  ['StringIn', 'data.absent', ['x'], false],
  ['StringNotIn', 'data.absent', ['x'], true],
])('%s on %s of %j is %s', (operatorType, key, values, expected) => {
  expect(matches(event, one(operatorType, key, ...values))).toBe(expected);
});

test('all filters have to pass, any of their values does', () => {
  const passing = one('StringIn', 'subject', 'x', '/subscriptions/s/rg/vm').advancedFilters;
  const failing = one('StringIn', 'subject', 'x').advancedFilters;
  expect(matches(event, { advancedFilters: [...passing, ...passing] })).toBe(true);
  expect(matches(event, { advancedFilters: [...passing, ...failing] })).toBe(false);
});

test('types, and both ends of the subject, are compared without regard to case unless told', () => {
  expect(matches(event, { includedEventTypes: ['a.WRITE'] })).toBe(true);
  expect(matches(event, { includedEventTypes: ['a.delete'] })).toBe(false);
  expect(matches(event, { subjectBeginsWith: '/subscriptions/', subjectEndsWith: '/vm' })).toBe(true);
  expect(matches(event, { subjectBeginsWith: '/subscriptions/', isSubjectCaseSensitive: true })).toBe(false);
});

test('an operator that is not known is an error, never a silent match', () => {
  expect(() => matches(event, one('NumberIn', 'data.n', '1'))).toThrow('NumberIn');
});

test('the deployed filter lets every event through that asks for a look, and keeps out what nobody looks at', () => {
  const folder = new URL('../../../payloads/azure/', import.meta.url);
  const names = readdirSync(folder).filter((name) => name.startsWith('eg-'));
  const isLetThrough = (name: string): boolean => matches(payloadOf(name), SUBSCRIPTION_FILTER);
  const payloadOf = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
  const reader = { ownIds: [], nowMs: 0, newId: () => 'new' };
  const looks = names.filter((name) => identify(payloadOf(name), reader).kind === 'work');
  expect(looks.length).toBeGreaterThan(20);
  expect(looks.filter((name) => !isLetThrough(name))).toEqual([]);
  const kept = names.filter((name) => !isLetThrough(name)).map((name) => name.split('.')[0]);
  expect([...new Set(kept)]).toEqual([
    'eg-deployment-write',
    'eg-nic-delete',
    'eg-scale-set-instance-start',
    'eg-scale-set-write',
    'eg-vm-restart',
    'eg-vm-write-failed',
  ]);
});
