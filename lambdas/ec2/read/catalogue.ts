import type { TrafficMirrorFilter, TrafficMirrorTarget } from '@aws-sdk/client-ec2';
import type { Clock } from '../../../shared/ports.ts';
import { hostIdsOf, readHosts, type Hosts } from '../destinations/target-hosts.ts';
import type { AwsScope } from '../scope.ts';
import type { Reads } from './reads.ts';
import { remember } from '../../../shared/remember.ts';

type Targets = readonly TrafficMirrorTarget[];
type Filters = readonly TrafficMirrorFilter[];

/** The targets and filters of one scope, of which a warm process knows the last ones. */
export interface Catalogue {
  targets(): Promise<Targets>;
  filters(): Promise<Filters>;
  /** What is behind the targets that are interfaces. */
  hosts(): Promise<Hosts>;
}

/** Targets and filters change seldom. Every sweep reads them, and so does whoever misses one. */
const REMEMBERED_MS = 60_000;
/** What is younger is not read again for somebody who misses something in it. */
const YOUNG_MS = 5_000;
/** What speaks against a host is believed for less long: a sensor that was restarted serves soon. */
const UNWELL_MS = 15_000;

/** The catalogues of all scopes. */
export interface Catalogues {
  /** Reads what is not remembered. */
  recent(scope: AwsScope, reads: Reads): Catalogue;
  /** Reads targets and filters and remembers them. */
  anew(scope: AwsScope, reads: Reads): Pick<Catalogue, 'targets' | 'filters'>;
  /** Remembers hosts that somebody else has read. */
  keep(scope: AwsScope, hosts: Hosts): void;
  /** Forgets targets and filters that are remembered and no longer young; whether there was anything. */
  forget(scope: AwsScope): boolean;
}

export function catalogues(clock: Clock): Catalogues {
  const targets = remember<Targets>(clock, REMEMBERED_MS);
  const filters = remember<Filters>(clock, REMEMBERED_MS);
  const hosts = remember<Hosts>(clock, REMEMBERED_MS);

  /** Hosts are looked at again when one is new, or was unwell a while ago. */
  async function hostsOf(scope: AwsScope, reads: Reads, ids: readonly string[]): Promise<Hosts> {
    const key = keyOf(scope);
    const read = (): Promise<Hosts> => hosts.get(key, () => readHosts(reads, ids));
    const known = await read();
    const isNew = ids.some((id) => !known.has(id)) && hosts.forget(key, 0);
    const isUnwell = [...known.values()].some(({ unhealthy }) => unhealthy !== null) && hosts.forget(key, UNWELL_MS);
    return isNew || isUnwell ? read() : known;
  }

  return {
    recent(scope, reads) {
      const targetsOf = (): Promise<Targets> => targets.get(keyOf(scope), () => reads.targets());
      return {
        targets: targetsOf,
        filters: () => filters.get(keyOf(scope), () => reads.filters()),
        hosts: async () => hostsOf(scope, reads, hostIdsOf(scope, await targetsOf())),
      };
    },
    anew: (scope, reads) => ({
      targets: () => targets.put(keyOf(scope), reads.targets()),
      filters: () => filters.put(keyOf(scope), reads.filters()),
    }),
    keep: (scope, found) => void hosts.put(keyOf(scope), Promise.resolve(found)),
    forget(scope) {
      const hadTargets = targets.forget(keyOf(scope), YOUNG_MS);
      return filters.forget(keyOf(scope), YOUNG_MS) || hadTargets;
    },
  };
}

const keyOf = ({ account, region }: AwsScope): string => `${account} ${region}`;
