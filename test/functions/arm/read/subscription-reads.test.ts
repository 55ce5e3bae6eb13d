import { expect, test } from 'vitest';
import { readSubscription } from '../../../../functions/arm/read/subscription-reads.ts';
import { parseAccountId } from '../../../../shared/ids.ts';
import type { Scope } from '../../../../shared/words.ts';
import { denied, fakeExchange, listOf, type Said } from '../fake-exchange.ts';

const SUBSCRIPTION = parseAccountId('00000000-0000-4000-8000-000000000000');
const scope: Scope = { cloud: 'azure', account: SUBSCRIPTION, region: null };
const INTERFACES = `/subscriptions/${SUBSCRIPTION}/providers/microsoft.network/networkinterfaces`;
const MACHINES = `/subscriptions/${SUBSCRIPTION}/providers/microsoft.compute/virtualmachines`;
const STATES = `${MACHINES}?statusonly`;

// Lists write the resource group in capitals, where an interface names its machine as it was created.
const idOf = (name: string): string =>
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/${name}`;
const vm = (name: string, provisioningState = 'Succeeded') => ({ id: idOf(name), properties: { provisioningState } });
const power = (name: string, code: string) => ({
  id: idOf(name).toUpperCase(),
  properties: { instanceView: { statuses: [{ code }] } },
});

async function statesOver(said: Said) {
  const reading = await readSubscription(fakeExchange({ [INTERFACES]: listOf(), ...said }).exchange, scope);
  const states = reading.machines.map(({ name, state }) => [name, state]);
  return { states: Object.fromEntries(states) as Record<string, string>, reading };
}

test('power states come from a list of their own; who is not in it, and is provisioned, is taken to run', async () => {
  const { states, reading } = await statesOver({
    [MACHINES]: listOf(vm('on'), vm('off'), vm('new', 'Creating'), vm('bad', 'Failed'), vm('unlisted')),
    [STATES]: listOf(
      power('on', 'PowerState/running'),
      power('off', 'PowerState/deallocated'),
      power('new', 'PowerState/running'),
      power('bad', 'PowerState/stopped'),
    ),
  });
  expect(states).toEqual({ on: 'running', off: 'stopped', new: 'changing', bad: 'stopped', unlisted: 'running' });
  expect([...reading.failures.values()]).toEqual(['Failed']);
});

test('without that list every machine that is provisioned is taken to run, and that is said', async () => {
  const { states, reading } = await statesOver({ [MACHINES]: listOf(vm('a'), vm('b')), [STATES]: denied });
  expect(states).toEqual({ a: 'running', b: 'running' });
  expect(reading.unread).toMatchObject([{ kinds: ['surroundings'], fault: { code: 'denied' } }]);
  expect(reading.unread[0]?.fault.message).toMatch(/listing the power states .* is taken to run/);
});

test('either list may be missing, but not both', async () => {
  const { reading } = await statesOver({ [MACHINES]: denied });
  expect(reading.unread).toMatchObject([{ kinds: ['machines'] }]);
  await expect(statesOver({ [INTERFACES]: denied, [MACHINES]: denied })).rejects.toMatchObject({ code: 'denied' });
});
