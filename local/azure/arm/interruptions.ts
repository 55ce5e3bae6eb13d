import { findOf, type Arm } from './arm.ts';
import type { NetworkInterface } from './resource.ts';

/**
 * How often the network of running virtual machines was interrupted. Adding or removing a source may interrupt it for up to a
 * minute (https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview), whether the operation succeeds or not.
 */
export interface Interruptions {
  /** How often a machine was, by its id in any casing. */
  of(machine: string): number;
  /** The machines that were, lower-cased, and how often. */
  all(): ReadonlyMap<string, number>;
  /** How many machines are interrupted at this moment. */
  now(): number;
  /** The highest number of machines that were interrupted at the same time. */
  most(): number;
  /** Forgets what was; what goes on at this moment stays the most there was. */
  reset(): void;
}

/** The counts and the way to count. */
export interface CountingInterruptions extends Interruptions {
  /** Counts an interruption that begins; the result ends it. */
  begin(machine: string): () => void;
}

export function newInterruptions(): CountingInterruptions {
  const counts = new Map<string, number>();
  /** How many operations interrupt each machine at this moment. */
  const current = new Map<string, number>();
  let most = 0;

  function end(machine: string): void {
    const left = (current.get(machine) ?? 1) - 1;
    if (left > 0) current.set(machine, left);
    else current.delete(machine);
  }

  return {
    of: (machine) => counts.get(machine.toLowerCase()) ?? 0,
    all: () => new Map(counts),
    now: () => current.size,
    most: () => most,
    reset() {
      counts.clear();
      most = current.size;
    },
    begin(id) {
      const machine = id.toLowerCase();
      counts.set(machine, (counts.get(machine) ?? 0) + 1);
      current.set(machine, (current.get(machine) ?? 0) + 1);
      most = Math.max(most, current.size);
      return () => end(machine);
    },
  };
}

const nothing = (): void => undefined;

/** Begins to interrupt the machine of a network interface where it runs; the result ends it. */
export function interrupt(arm: Arm, nic: NetworkInterface): () => void {
  const machine = nic.machine === null ? null : findOf(arm, 'Microsoft.Compute/virtualMachines', nic.machine.id);
  return machine?.powerState === 'running' ? arm.interruptions.begin(machine.id) : nothing;
}
