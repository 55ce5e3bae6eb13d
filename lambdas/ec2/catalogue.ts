import type { TrafficMirrorFilter, TrafficMirrorTarget } from '@aws-sdk/client-ec2';
import type { Clock } from '../../shared/ports.ts';
import { remember } from './remember.ts';
import type { Reads } from './reads.ts';

type Targets = readonly TrafficMirrorTarget[];
type Filters = readonly TrafficMirrorFilter[];

/** The targets and filters of one scope, of which a warm process knows the last ones. */
export interface Catalogue {
  targets(): Promise<Targets>;
  filters(): Promise<Filters>;
}

/** Targets and filters change seldom; a new one is seen after a minute, and by every sweep at once. */
const REMEMBERED_MS = 60_000;

/** The catalogues of all scopes: `recent` reads what is not remembered, `anew` reads everything and remembers it. */
export function catalogues(clock: Clock): Record<'recent' | 'anew', (key: string, reads: Reads) => Catalogue> {
  const targets = remember<Targets>(clock, REMEMBERED_MS);
  const filters = remember<Filters>(clock, REMEMBERED_MS);
  return {
    recent: (key, reads) => ({
      targets: () => targets.get(key, () => reads.targets()),
      filters: () => filters.get(key, () => reads.filters()),
    }),
    anew: (key, reads) => ({
      targets: () => targets.put(key, reads.targets()),
      filters: () => filters.put(key, reads.filters()),
    }),
  };
}
