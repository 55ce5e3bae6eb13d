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

/** Targets and filters change seldom. Every sweep reads them, and so does whoever misses one. */
const REMEMBERED_MS = 60_000;
/** What is younger is not read again for somebody who misses something in it. */
const YOUNG_MS = 5_000;

/** The catalogues of all scopes, by key. */
export interface Catalogues {
  /** Reads what is not remembered. */
  recent(key: string, reads: Reads): Catalogue;
  /** Reads everything and remembers it. */
  anew(key: string, reads: Reads): Catalogue;
  /** Forgets what is remembered and no longer young; whether there was anything. */
  forget(key: string): boolean;
}

export function catalogues(clock: Clock): Catalogues {
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
    forget: (key) => {
      const hadTargets = targets.forget(key, YOUNG_MS);
      return filters.forget(key, YOUNG_MS) || hadTargets;
    },
  };
}
