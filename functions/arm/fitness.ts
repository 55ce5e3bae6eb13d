import type { Machine, Source, Target } from '../../shared/words.ts';

/**
 * Which rule of the cloud keeps an interface from being mirrored, as far as its machine and the VTAPs tell; `null` when
 * none is known.
 * https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview (limitations)
 */
export function unfitBy(source: Source, machine: Machine | null, targets: readonly Target[]): string | null {
  if (machine !== null && /_v6$/i.test(machine.type ?? '')) {
    return `virtual machines of v6 sizes (${machine.type ?? ''}) cannot be mirrored`;
  }
  const tap = targets.find(({ reaches }) => reaches.startsWith(`${source.id}/ipconfigurations/`));
  // Mirroring what a collector receives would mirror what was mirrored, without end.
  return tap === undefined ? null : `it is the collector of the VTAP ${tap.id}`;
}
