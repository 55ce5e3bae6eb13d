import type { Clock, Outcome } from '../../../shared/ports.ts';
import type { Selection, World } from '../../../shared/words.ts';
import { hostIdsOf, toHosts, type Hosts } from '../destinations/target-hosts.ts';
import type { AwsScope } from '../scope.ts';
import { listed, type Answers } from './answers.ts';
import { catalogues, type Catalogue } from './catalogue.ts';
import type { Reads } from './reads.ts';
import { remember } from '../../../shared/remember.ts';
import { readSubjects, type Crowd } from './subject-reads.ts';
import { toWorld } from './world.ts';

/** Everything of a scope, by listing pages. */
async function readEverything(
  reads: Reads,
  catalogue: Pick<Catalogue, 'targets' | 'filters'>,
): Promise<Omit<Answers, 'hosts' | 'hostsUnread'>> {
  const [instances, interfaces, sessions, targets, filters] = await Promise.all([
    listed(reads.instances('everything')),
    listed(reads.interfaces('everything')),
    listed(reads.sessions('everything')),
    listed(catalogue.targets()),
    listed(catalogue.filters()),
  ]);
  return { instances, interfaces, sessions, targets, filters };
}

/** The hosts that are among everything; `null` when not everything was read. */
function findHosts(
  scope: AwsScope,
  { instances, interfaces, targets }: Pick<Answers, 'instances' | 'interfaces' | 'targets'>,
): Hosts | null {
  const isWhole = instances.fault === null && interfaces.fault === null && targets.fault === null;
  return isWhole ? toHosts(hostIdsOf(scope, targets.items), instances.items, interfaces.items) : null;
}

/** @throws Fault the first one, when neither machines nor sources nor attachments could be read. */
function refuseNothing({ instances, interfaces, sessions }: Answers): void {
  if (instances.fault !== null && interfaces.fault !== null && sessions.fault !== null) throw instances.fault;
}

/** For so long a target that refused a source counts as full. */
const FULL_MS = 60_000;

/** For so long a scope that has more sessions than a page is taken to have them still. */
const CROWDED_MS = 600_000;

/** Reads scopes; what it remembers between reads are targets with what is behind them, and filters. */
export interface Inventory {
  read(scope: AwsScope, selection: Selection): Promise<World>;
  forget(scope: AwsScope): boolean;
  /**
   * Takes from what became of a change what the next plan must know: that a target is full although it has room by count, or
   * that what is remembered is in doubt, because the world is not what was read.
   */
  learn(scope: AwsScope, outcome: Outcome): void;
}

export function inventory(readsFor: (scope: AwsScope) => Reads, clock: Clock): Inventory {
  const { recent, anew, keep, forget } = catalogues(clock);
  const full = remember<true>(clock, FULL_MS);
  const crowded = remember<true>(clock, CROWDED_MS);
  const crowdOf = ({ account, region }: AwsScope): Crowd => ({
    isKnown: () => crowded.has(`${account} ${region}`),
    notice: () => void crowded.put(`${account} ${region}`, Promise.resolve(true)),
  });

  async function readAll(scope: AwsScope): Promise<Answers> {
    const reads = readsFor(scope);
    const answers = await readEverything(reads, anew(scope, reads));
    const hosts = findHosts(scope, answers);
    if (hosts !== null) keep(scope, hosts);
    return { ...answers, hosts: hosts ?? new Map(), hostsUnread: null };
  }

  return {
    async read(scope, selection) {
      const reads = readsFor(scope);
      const answers =
        selection.kind === 'everything'
          ? await readAll(scope)
          : await readSubjects(reads, recent(scope, reads), crowdOf(scope), selection.subjects);
      refuseNothing(answers);
      return toWorld(scope, selection, answers, full.has);
    },
    forget,
    learn(scope, outcome) {
      if (outcome.kind === 'conflict') forget(scope);
      const isRefused = outcome.kind === 'held' && outcome.hold.code === 'destination-full';
      if (isRefused && outcome.change.kind !== 'detach') void full.put(outcome.change.to.target, Promise.resolve(true));
    },
  };
}
