import type { Fault } from '../../../shared/fault.ts';
import type { InventoryKind, Machine, MachineId, Selection } from '../../../shared/words.ts';
import { findFailure, findMachine, findSource } from './convert.ts';
import type { ReadAll, ReadOne } from './pages.ts';

/** What was read of interfaces and machines, before it is made a world. */
export interface Reading {
  readonly interfaces: readonly unknown[];
  readonly machines: readonly Machine[];
  /** How the provisioning of machines ended, of those where it ended badly. */
  readonly failures: ReadonlyMap<MachineId, string>;
  readonly unread: readonly { readonly kinds: readonly InventoryKind[]; readonly fault: Fault }[];
  /**
   * Interfaces whose machine does not say the same of the two as they do, with the machine that they are taken to be of: one
   * of both is just changing.
   */
  readonly adrift: ReadonlyMap<string, MachineId>;
}

/** Interfaces and their TAP configurations come in one body: neither is complete without the other. */
export const WITH_INTERFACES: readonly InventoryKind[] = ['sources', 'attachments'];

export const bodyOf = (read: ReadOne): readonly unknown[] => (read.kind === 'found' ? [read.body] : []);
export const bodiesOf = (read: ReadAll): readonly unknown[] => (read.kind === 'found' ? read.bodies : []);

export const unreadIn = (reads: readonly (ReadOne | ReadAll)[], kinds: readonly InventoryKind[]): Reading['unread'] =>
  reads.flatMap((read) => (read.kind === 'unread' ? [{ kinds, fault: read.fault }] : []));

export const toMachines = (bodies: readonly unknown[]): readonly Machine[] =>
  bodies.flatMap((body) => findMachine(body) ?? []);

export const toFailures = (bodies: readonly unknown[]): Reading['failures'] =>
  new Map(
    bodies.flatMap((body) => {
      const failure = findFailure(body);
      const machine = failure === null ? null : findMachine(body);
      return machine === null || failure === null ? [] : [[machine.id, failure] as const];
    }),
  );

/** What was read, without what was not asked for. */
export function restrict(reading: Reading, selection: Selection): Reading {
  if (selection.kind === 'everything') return reading;
  const wanted = new Set<string>(selection.subjects.map(({ id }) => id));
  const sources = reading.interfaces.flatMap((body) => {
    const source = findSource(body);
    return source === null ? [] : [{ body, id: source.id, machine: reading.adrift.get(source.id) ?? source.machine }];
  });
  const kept = sources.filter(
    ({ id, machine }) => wanted.has(id) || reading.adrift.has(id) || (machine !== null && wanted.has(machine)),
  );
  const machines = new Set(kept.map(({ machine }) => machine));
  return {
    ...reading,
    interfaces: kept.map(({ body }) => body),
    machines: reading.machines.filter(({ id }) => wanted.has(id) || machines.has(id)),
  };
}
