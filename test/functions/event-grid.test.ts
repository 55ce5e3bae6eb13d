import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  identify,
  identifyAll,
  NOTIFICATION_FILTER,
  OPERATIONS,
  SUBSCRIPTION_FILTER,
} from '../../functions/event-grid.ts';

const GROUP = '/subscriptions/00000000-0000-0000-0000-00000000000a/resourceGroups/RG/providers';
const VM = `${GROUP}/Microsoft.Compute/virtualMachines/vm1`;
const NIC = `${GROUP}/Microsoft.Network/networkInterfaces/nic1`;
const READER = { ownIds: ['cccc', 'aaaa-bbbb'], nowMs: Date.parse('2026-01-02T00:00:00Z'), newId: () => 'new-id' };

const event = (subject: string, operationName: string, more: object = {}): object => ({
  id: '1',
  source: '/subscriptions/00000000-0000-0000-0000-00000000000a',
  subject,
  type: operationName.endsWith('/action')
    ? 'Microsoft.Resources.ResourceActionSuccess'
    : operationName.endsWith('/delete')
      ? 'Microsoft.Resources.ResourceDeleteSuccess'
      : 'Microsoft.Resources.ResourceWriteSuccess',
  data: { operationName },
  ...more,
});

const subjectsOf = (delivered: unknown): readonly string[] =>
  identifyAll(delivered, READER).flatMap((identity) =>
    identity.kind === 'work' && identity.work.kind === 'look' ? identity.work.subjects.map(({ id }) => id) : [],
  );

describe('identify', () => {
  test.each([
    ['a start, without its suffix', VM, 'Microsoft.Compute/virtualMachines/start/action', VM],
    ['a start, with its suffix', `${VM}/start`, 'Microsoft.Compute/virtualMachines/start/action', VM],
    ['a deallocation', `${VM}/deallocate`, 'microsoft.compute/virtualmachines/deallocate/action', VM],
    [
      'a deallocation, with all of its name',
      `${VM}/deallocate/action`,
      'Microsoft.Compute/virtualMachines/deallocate/action',
      VM,
    ],
    ['a machine that is switched off', `${VM}/powerOff/`, 'Microsoft.Compute/virtualMachines/powerOff/action', VM],
    [
      'a machine that is called start',
      `${GROUP}/Microsoft.Compute/virtualMachines/start`,
      'Microsoft.Compute/virtualMachines/write',
      `${GROUP}/Microsoft.Compute/virtualMachines/start`,
    ],
    ['slashes around it', `  //${VM.slice(1)}//`, 'Microsoft.Compute/virtualMachines/write', VM],
    [
      'tags that were taken away',
      `${VM}/providers/Microsoft.Resources/tags/default`,
      'Microsoft.Resources/tags/delete',
      VM,
    ],
    ['capitals', VM.toUpperCase(), 'MICROSOFT.COMPUTE/VIRTUALMACHINES/WRITE', VM],
    [
      'tags of an interface',
      `${NIC}/providers/Microsoft.Resources/tags/default`,
      'Microsoft.Resources/tags/write',
      NIC,
    ],
    ['a trailing slash', `${NIC}/`, 'Microsoft.Network/networkInterfaces/write', NIC],
    [
      "others' TAP configuration",
      `${NIC}/tapConfigurations/tapkeeper-v1-soc`,
      'Microsoft.Network/networkInterfaces/tapConfigurations/delete',
      NIC,
    ],
  ])('%s', (_, subject, operation, expected) => {
    expect(subjectsOf(event(subject, operation))).toEqual([expected.toLowerCase()]);
  });

  test('reads the operation of an event whose properties are in Pascal case', () => {
    const data = { Authorization: { Scope: VM, Action: 'Microsoft.Compute/virtualMachines/write' } };
    expect(subjectsOf(event(VM, '', { type: 'Microsoft.Resources.ResourceWriteSuccess', data }))).toEqual([
      VM.toLowerCase(),
    ]);
  });

  test('recognises our own doing by claims that are text', () => {
    const operationName = 'Microsoft.Network/networkInterfaces/tapConfigurations/write';
    const data = { operationName, claims: JSON.stringify({ appid: 'AAAABBBB' }) };
    expect(identify(event(`${NIC}/tapConfigurations/x`, operationName, { data }), READER).kind).toBe('ignored');
  });

  test.each(['http://schemas.microsoft.com/identity/claims/objectidentifier', 'oid', 'appid', 'azp'])(
    'recognises our own doing by the claim %s, and by no other',
    (claim) => {
      const operationName = 'Microsoft.Network/networkInterfaces/tapConfigurations/delete';
      const kindWith = (claims: object): string =>
        identify(event(`${NIC}/tapConfigurations/x`, operationName, { data: { operationName, claims } }), READER).kind;
      expect(kindWith({ [claim]: 'AAAA-bbbb' })).toBe('ignored');
      expect(kindWith({ [claim]: 'dddd', name: 'AAAA-bbbb' })).toBe('work');
    },
  );

  test.each([
    ['an operation that failed', { type: 'Microsoft.Resources.ResourceWriteFailure' }],
    ['an operation that was cancelled', { type: 'Microsoft.Resources.ResourceDeleteCancel' }],
    ['another operation', { data: { operationName: 'Microsoft.Compute/virtualMachines/extensions/write' } }],
    ['an operation of another type of event', { type: 'Microsoft.Resources.ResourceDeleteSuccess' }],
    ['another type of resource', { subject: `${GROUP}/Microsoft.Compute/disks/vm1` }],
    [
      'an instance of a uniform scale set',
      { subject: `${GROUP}/Microsoft.Compute/virtualMachineScaleSets/s/virtualMachines/0` },
    ],
    ['a resource of no group', { subject: '/subscriptions/00000000-0000-0000-0000-00000000000a' }],
    ['a path that leads elsewhere', { subject: `${GROUP}/Microsoft.Compute/virtualMachines/..` }],
    ['a query in an id', { subject: `${VM}?x=1` }],
  ])('ignores %s', (_, change) => {
    expect(identify(event(VM, 'Microsoft.Compute/virtualMachines/write', change), READER).kind).toBe('ignored');
  });

  test('tags of other resources are ignored', () => {
    const subject = `${GROUP}/Microsoft.Network/virtualNetworks/v/providers/Microsoft.Resources/tags/default`;
    expect(identify(event(subject, 'Microsoft.Resources/tags/write'), READER).kind).toBe('ignored');
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'hello'],
    ['a number', 7],
    ['an empty object', {}],
    ['an unknown type', { type: 'Somebody.Else', subject: VM }],
    ['no operation', { type: 'Microsoft.Resources.ResourceWriteSuccess', subject: VM, data: {} }],
    ['no subject', event('', 'Microsoft.Compute/virtualMachines/write')],
  ])('cannot read %s', (_, unreadable) => {
    expect(identifyAll(unreadable, READER)).toMatchObject([{ kind: 'unreadable' }]);
  });

  test('an event without time or correlation happened now, under a new correlation', () => {
    const work = { correlation: 'new-id', since: '2026-01-02T00:00:00.000Z' };
    const future = event(VM, 'Microsoft.Compute/virtualMachines/write', {
      id: 'jane doe',
      time: '2099-01-01T00:00:00Z',
    });
    expect(identify(future, READER)).toMatchObject({ work });
  });

  test('hours of delay are told, whatever the zone', () => {
    const late = event(VM, 'Microsoft.Compute/virtualMachines/write', { time: '2026-01-01T21:00:00.1234567+03:00' });
    expect(identify(late, READER)).toMatchObject({ work: { since: '2026-01-01T18:00:00.123Z' } });
  });

  test('only a start, a deallocation and a deletion end what was refused before', () => {
    const restarts = OPERATIONS.filter(({ name, on }) => {
      const subject = on.includes('microsoft.compute/virtualmachines') ? VM : `${NIC}/tapConfigurations/x`;
      const identity = identify(event(on[0]?.endsWith('interfaces') === true ? NIC : subject, name), READER);
      if (identity.kind !== 'work' || identity.work.kind !== 'look') throw new Error(`${name} is ${identity.kind}`);
      return identity.work.isRestart;
    });
    expect(restarts.map(({ name }) => name)).toEqual([
      'Microsoft.Compute/virtualMachines/delete',
      'Microsoft.Compute/virtualMachines/start/action',
      'Microsoft.Compute/virtualMachines/deallocate/action',
    ]);
  });

  test('a megabyte is read in no time, and nothing of it is repeated', () => {
    // Slashes that are not at the end are the slowest for a pattern that looks for them there.
    const megabyte = `${'/'.repeat(1_000_000)}x`;
    const operationName = 'Microsoft.Compute/virtualMachines/write';
    for (const huge of [event(megabyte, operationName), event(VM, megabyte), { type: megabyte }, megabyte]) {
      expect(JSON.stringify(identifyAll(huge, READER)).length).toBeLessThan(1_000);
    }
  });

  test('never throws, whatever arrives', () => {
    const jsonish = fc.jsonValue({ maxDepth: 4 });
    const damaged = fc.record(
      {
        type: fc.oneof(fc.constantFrom(...SUBSCRIPTION_FILTER.includedEventTypes), jsonish),
        eventType: fc.oneof(fc.constantFrom(...NOTIFICATION_FILTER.includedEventTypes), jsonish),
        subject: fc.oneof(fc.constantFrom(VM, NIC), fc.string(), jsonish),
        time: fc.oneof(fc.string(), fc.constant('2026-01-01T00:00:00.0000000Z'), jsonish),
        id: jsonish,
        data: fc.oneof(
          fc.record(
            {
              operationName: fc.oneof(fc.constantFrom(...OPERATIONS.map(({ name }) => name)), jsonish),
              claims: jsonish,
              authorization: jsonish,
              resourceInfo: jsonish,
            },
            { requiredKeys: [] },
          ),
          jsonish,
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(jsonish, damaged, fc.array(damaged), fc.string()), (delivered) => {
        for (const identity of identifyAll(delivered, READER)) {
          if (identity.kind !== 'work') continue;
          expect(subjectsOf(delivered).every((id) => id === id.toLowerCase())).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('filters', () => {
  test('stay within the limits of an Event Grid subscription', () => {
    // https://learn.microsoft.com/azure/event-grid/event-filtering: 25 filters of 25 values, 512 characters each.
    for (const { advancedFilters } of [SUBSCRIPTION_FILTER, NOTIFICATION_FILTER]) {
      expect(advancedFilters.length).toBeLessThanOrEqual(25);
      for (const { values } of advancedFilters) {
        expect(values.length).toBeLessThanOrEqual(25);
        expect(Math.max(...values.map((value) => value.length))).toBeLessThanOrEqual(512);
      }
    }
  });

  test('let every operation of the table through', () => {
    const [filter] = SUBSCRIPTION_FILTER.advancedFilters;
    expect(filter?.values).toEqual(OPERATIONS.map(({ name }) => name));
    for (const { eventType } of OPERATIONS) expect(SUBSCRIPTION_FILTER.includedEventTypes).toContain(eventType);
  });
});
