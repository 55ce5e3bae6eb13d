import { describe, expect, test } from 'vitest';
import { createTaps } from '../../../../functions/arm/destinations/taps.ts';
import { createSurroundings } from '../../../../functions/arm/eligibility/surroundings.ts';
import { readWorld } from '../../../../functions/arm/read/inventory.ts';
import { parseAccountId, parseMachineId, parseSourceId } from '../../../../shared/ids.ts';
import type { NonEmpty, Scope, Selection, Subject } from '../../../../shared/words.ts';
import { fakeExchange, listOf, type Said } from '../fake-exchange.ts';

const SUBSCRIPTION = parseAccountId('00000000-0000-4000-8000-000000000000');
const scope: Scope = { cloud: 'azure', account: SUBSCRIPTION, region: null };
const group = `/subscriptions/${SUBSCRIPTION}/resourcegroups/rg/providers`;
const VM = `${group}/microsoft.compute/virtualmachines/vm`;
const NIC = `${group}/microsoft.network/networkinterfaces/nic`;
const listAt = (type: string): string => `/subscriptions/${SUBSCRIPTION}/providers/${type}`;

const vm = (provisioningState: string, ...nics: readonly string[]) => ({
  id: VM,
  tags: { mirror: 'soc' },
  properties: { provisioningState, networkProfile: { networkInterfaces: nics.map((id) => ({ id })) } },
});
const nic = (provisioningState: string, machine: string | null = VM) => ({
  id: NIC,
  properties: { provisioningState, ...(machine === null ? {} : { virtualMachine: { id: machine } }) },
});
const about = (...subjects: NonEmpty<Subject>): Selection => ({ kind: 'subjects', subjects });
const machine: Subject = { kind: 'machine', id: parseMachineId(VM) };
const source: Subject = { kind: 'source', id: parseSourceId(NIC) };

/** The same answers to a read of everything and to reads by id. */
const saying = (interfaceBody: unknown, machineBody: unknown): Said => ({
  [NIC]: { body: interfaceBody },
  [VM]: { body: machineBody },
  [listAt('microsoft.network/networkinterfaces')]: listOf(interfaceBody),
  [listAt('microsoft.compute/virtualmachines')]: listOf(machineBody),
  [`${listAt('microsoft.compute/virtualmachines')}?statusonly`]: listOf(),
  [listAt('microsoft.network/virtualnetworks')]: listOf(),
});

function read(said: Said, selection: Selection) {
  const { exchange } = fakeExchange(said);
  const clock = { now: () => 0 };
  const taps = createTaps({ exchange, clock, entries: async () => [], capacity: 100 });
  return readWorld({ exchange, taps, surroundings: createSurroundings(exchange, clock) }, scope, selection);
}

describe.each([
  ['by the interface', about(source)],
  ['by the machine', about(machine)],
  ['with everything', { kind: 'everything' } as const],
])('provisioning that is over, read %s', (_, selection) => {
  test.each([
    ['Succeeded', 'Succeeded', 'attached', 'running', null],
    ['Succeded', 'succeeded', 'attached', 'running', null],
    ['Updating', 'Succeeded', 'changing', 'running', null],
    ['Succeeded', 'Updating', 'attached', 'changing', null],
    [
      'Failed',
      'Succeeded',
      'attached',
      'running',
      `its provisioning is Failed; put it right with: az network nic update --ids ${NIC}`,
    ],
    [
      'Succeeded',
      'Failed',
      'attached',
      'running',
      `virtual machine is Failed; put it right with: az vm reapply --ids ${VM}`,
    ],
    ['Succeeded', 'Canceled', 'attached', 'running', 'virtual machine is Canceled'],
  ])('an interface that is %s of a machine that is %s', async (ofNic, ofVm, state, power, unfit) => {
    const world = await read(saying(nic(ofNic), vm(ofVm, NIC)), selection);
    expect(world).toMatchObject({
      machines: [{ state: power }],
      sources: [{ state, unfit: unfit === null ? null : (expect.stringContaining(unfit) as string) }],
      incomplete: [],
    });
  });
});

test('an interface that has failed and has no machine says so', async () => {
  const world = await read(saying(nic('Failed', null), vm('Succeeded')), about(source));
  expect(world.sources).toMatchObject([
    { machine: null, state: 'detached', unfit: expect.stringContaining('az network nic update') as string },
  ]);
});

test('an interface that does not name its machine yet is changing, and of that machine', async () => {
  const world = await read(saying(nic('Succeeded', null), vm('Succeeded', NIC)), about(machine));
  expect(world.sources).toMatchObject([{ machine: VM, state: 'changing' }]);
});
