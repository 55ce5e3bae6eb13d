import { PROFILES } from '../profile.ts';
import type { Machine, Source } from '../words.ts';

/** Whether a disruption here takes packets away now. */
export function isRunning(source: Source, machine: Machine | null): boolean {
  if (source.state !== 'attached') return false;
  return machine === null
    ? source.machine === null && PROFILES[source.cloud].needsMachine
    : machine.state === 'running';
}
