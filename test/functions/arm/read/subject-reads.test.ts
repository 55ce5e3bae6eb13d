import { expect, test } from 'vitest';
import { restrict } from '../../../../functions/arm/read/reading.ts';
import { readSubjects } from '../../../../functions/arm/read/subject-reads.ts';
import { parseAccountId, parseMachineId, parseSourceId } from '../../../../shared/ids.ts';
import type { NonEmpty, Scope, Subject } from '../../../../shared/words.ts';
import { denied, fakeExchange, type Said } from '../fake-exchange.ts';

const SUBSCRIPTION = parseAccountId('00000000-0000-4000-8000-000000000000');
const scope: Scope = { cloud: 'azure', account: SUBSCRIPTION, region: null };
const group = `/subscriptions/${SUBSCRIPTION}/resourcegroups/rg/providers`;
const vmId = (name: string): string => `${group}/microsoft.compute/virtualmachines/${name}`;
const nicId = (name: string): string => `${group}/microsoft.network/networkinterfaces/${name}`;

const vm = (name: string, ...nics: readonly string[]) => ({
  body: {
    id: vmId(name).toUpperCase(),
    properties: { networkProfile: { networkInterfaces: nics.map((nic) => ({ id: nicId(nic).toUpperCase() })) } },
  },
});
const nic = (name: string, machine: string | null) => ({
  body: { id: nicId(name), properties: machine === null ? {} : { virtualMachine: { id: vmId(machine) } } },
});
const machineOf = (name: string): Subject => ({ kind: 'machine', id: parseMachineId(vmId(name)) });
const sourceOf = (name: string): Subject => ({ kind: 'source', id: parseSourceId(nicId(name)) });

async function readOver(said: Said, ...subjects: NonEmpty<Subject>) {
  const { exchange, asked } = fakeExchange(said);
  const reading = restrict(await readSubjects(exchange, scope, subjects), { kind: 'subjects', subjects });
  return {
    asked,
    reading,
    interfaces: reading.interfaces.map((body) => (body as { id: string }).id),
    adrift: Object.fromEntries(reading.adrift),
  };
}

test('a machine brings its interfaces, an interface its machine, each read once', async () => {
  const said = { [vmId('a')]: vm('a', 'x', 'y'), [nicId('x')]: nic('x', 'a'), [nicId('y')]: nic('y', 'a') };
  const { asked, interfaces, adrift } = await readOver(said, machineOf('a'), sourceOf('x'));
  expect([...asked].sort()).toEqual([nicId('x'), nicId('y'), vmId('a')].sort());
  expect(interfaces.sort()).toEqual([nicId('x'), nicId('y')]);
  expect(adrift).toEqual({});
});

test('an interface that was moved is read with the machine that it names now', async () => {
  const said = { [vmId('a')]: vm('a'), [vmId('b')]: vm('b', 'x'), [nicId('x')]: nic('x', 'b') };
  const { reading, adrift } = await readOver(said, machineOf('a'), sourceOf('x'));
  expect(reading.machines.map(({ id }) => id)).toEqual([vmId('a'), vmId('b')]);
  expect(adrift).toEqual({});
});

test.each([
  ['does not name its machine yet', null, 'a'],
  ['names another one', 'b', 'b'],
])('an interface that %s is adrift, and its machine looked at again', async (_, named, owner) => {
  const { interfaces, adrift } = await readOver(
    { [vmId('a')]: vm('a', 'x'), [nicId('x')]: nic('x', named) },
    machineOf('a'),
  );
  expect(interfaces).toEqual([nicId('x')]);
  expect(adrift).toEqual({ [nicId('x')]: vmId(owner) });
});

test('an interface whose machine is gone is adrift', async () => {
  const { adrift } = await readOver({ [nicId('x')]: nic('x', 'a') }, sourceOf('x'));
  expect(adrift).toEqual({ [nicId('x')]: vmId('a') });
});

test('an interface that its machine does not name, while it names that machine, is its own', async () => {
  const said = { [vmId('a')]: vm('a'), [nicId('x')]: nic('x', 'a') };
  const { interfaces, adrift } = await readOver(said, sourceOf('x'));
  expect([interfaces, adrift]).toEqual([[nicId('x')], {}]);
});

test('a machine that may not be read leaves its interface, and machines unread', async () => {
  const { interfaces, reading } = await readOver({ [vmId('a')]: denied, [nicId('x')]: nic('x', 'a') }, sourceOf('x'));
  expect(interfaces).toEqual([nicId('x')]);
  expect(reading.unread).toMatchObject([{ kinds: ['machines'], fault: { code: 'denied' } }]);
});

test('another interface of a machine that an interface was asked for is left out', async () => {
  const said = { [vmId('a')]: vm('a', 'x', 'y'), [nicId('x')]: nic('x', 'a'), [nicId('y')]: nic('y', 'a') };
  expect((await readOver(said, sourceOf('x'))).interfaces).toEqual([nicId('x')]);
});
