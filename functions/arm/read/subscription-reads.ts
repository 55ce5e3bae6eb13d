import { Fault } from '../../../shared/fault.ts';
import { parseMachineId } from '../../../shared/ids.ts';
import type { Machine, MachineId, Scope } from '../../../shared/words.ts';
import { findTextAt } from '../../json.ts';
import { CALLS } from '../permissions.ts';
import type { Exchange } from '../traffic/wire.ts';
import { powerStateOf, toPowerState } from './convert.ts';
import { type ReadAll, readAll } from './pages.ts';
import { bodiesOf, type Reading, toFailures, toMachines, unreadIn, WITH_INTERFACES } from './reading.ts';

/**
 * Every interface and every machine of a subscription: three lists, whatever its size.
 * @throws Fault when none of both can be read.
 */
export async function readSubscription(exchange: Exchange, { account }: Scope): Promise<Reading> {
  const compute = `/subscriptions/${account}/providers/Microsoft.Compute/virtualMachines`;
  const [interfaces, machines, states] = await Promise.all([
    readAll(exchange, CALLS.listInterfaces, `/subscriptions/${account}/providers/Microsoft.Network/networkInterfaces`),
    readAll(exchange, CALLS.listMachines, compute),
    readAll(exchange, CALLS.listMachineStates, compute),
  ]);
  if (interfaces.kind === 'unread' && machines.kind === 'unread') throw interfaces.fault;
  const bodies = bodiesOf(machines);
  return {
    interfaces: bodiesOf(interfaces),
    machines: withPowerStates(toMachines(bodies), bodiesOf(states)),
    failures: toFailures(bodies),
    unread: [
      ...unreadIn([interfaces], WITH_INTERFACES),
      ...unreadIn([machines], ['machines']),
      ...(machines.kind === 'found' ? unreadStates(states) : []),
    ],
    adrift: new Map(),
  };
}

/** It withholds nothing: who is taken to run is interrupted only in turn. */
function unreadStates(states: ReadAll): Reading['unread'] {
  if (states.kind === 'found') return [];
  const { code, message } = states.fault;
  const taken = 'until then every virtual machine that is provisioned is taken to run, and changed in turn';
  return [{ kinds: ['surroundings'], fault: new Fault(code, `${message}; ${taken}`) }];
}

/** The list of machines has no power states; without them, what is provisioned is taken to run. */
function withPowerStates(machines: readonly Machine[], states: readonly unknown[]): readonly Machine[] {
  const powers = new Map<MachineId, Machine['state']>(
    states.flatMap((body) => {
      const id = findTextAt(body, 'id');
      return id === null ? [] : [[parseMachineId(id), toPowerState(powerStateOf(body))] as const];
    }),
  );
  return machines.map((machine) =>
    machine.state === 'running' ? { ...machine, state: powers.get(machine.id) ?? 'running' } : machine,
  );
}
