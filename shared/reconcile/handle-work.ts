import type { Deps } from '../ports.ts';
import type { NonEmpty, Scope } from '../words.ts';
import type { Work } from '../work.ts';
import { groupBy } from './group-by.ts';
import { toInvocation } from './invocation.ts';
import { lookAt } from './look-at.ts';
import type { Item, LookGroup, LookItem } from './look-group.ts';
import { groupLooks } from './look-group.ts';
import { mapLimited } from './map-limited.ts';
import { recordFault } from './record.ts';
import { toScopeKey } from './scope.ts';
import { sweepScope } from './sweep.ts';
import { Fault } from '../fault.ts';

/** Items to be delivered again; all others are done with. */
export interface Handled {
  readonly failed: readonly string[];
}

/** What a batch holds of one scope. */
interface ScopeBatch {
  readonly scope: Scope;
  readonly looks: readonly LookGroup[];
  readonly sweeps: readonly Item[];
}

/**
 * Does what a batch of messages asks for. Of one scope and permission everything is read once; one scope's failure never
 * blocks another's. Never throws: a failure is told by item.
 * @param endsAtMs When the process is stopped whatever it is doing; `null`: it is not.
 */
export async function handleWork(deps: Deps, items: readonly Item[], endsAtMs: number | null): Promise<Handled> {
  const invocation = toInvocation(deps, endsAtMs);
  const kept = new Set(deps.cloud.scopes().map(toScopeKey));
  const isKept = ({ work }: Item): boolean => kept.has(toScopeKey(work.scope));
  for (const item of items) if (!isKept(item)) recordStranger(deps, item);
  const byScope = [...groupBy(items.filter(isKept), ({ work }) => toScopeKey(work.scope)).values()].map(toScopeBatch);
  const handled = await mapLimited(byScope, deps.parallelism, (batch) => handleScope(invocation, batch));
  return { failed: handled.flat() };
}

/** Delivering it again would not help: nobody here may read that scope. */
function recordStranger(deps: Deps, { work: { scope, correlation } }: Item): void {
  const where = toScopeKey(scope);
  const message = `a message is about ${where}, which this deployment does not keep; add it to the scopes, or stop sending its events here`;
  recordFault(deps, { correlation, scope }, new Fault('event-unreadable', message), 'reading a message');
}

function toScopeBatch(items: NonEmpty<Item>): ScopeBatch {
  const looks = items.flatMap(({ id, work }): LookItem[] => (work.kind === 'look' ? [{ id, work }] : []));
  const sweeps = items.filter(({ work }) => work.kind === 'sweep');
  return { scope: items[0].work.scope, looks: groupLooks(looks), sweeps };
}

/** One after the other, so that two permissions never change one source at the same time. */
async function handleScope(deps: Deps, { scope, looks, sweeps }: ScopeBatch): Promise<readonly string[]> {
  const failed: string[] = [];
  const tooMuch: LookGroup[] = [];
  for (const group of looks) {
    const result = await lookAt(deps, group);
    failed.push(...result.failed);
    if (result.wantsSweep) tooMuch.push(group);
  }
  const [first] = sweeps;
  const [trigger] = tooMuch;
  if (first !== undefined) return [...failed, ...(await sweepOnce(deps, scope, [first, ...sweeps.slice(1)]))];
  return trigger === undefined ? failed : [...failed, ...(await askForSweep(deps, trigger))];
}

/** However many messages ask for it, a scope is swept once per batch. */
async function sweepOnce(deps: Deps, scope: Scope, items: NonEmpty<Item>): Promise<readonly string[]> {
  const { correlation, since } = items[0].work;
  try {
    await sweepScope(deps, scope, { correlation, since });
    return [];
  } catch {
    // `sweepScope` has journaled it.
    return items.map(({ id }) => id);
  }
}

async function askForSweep(deps: Deps, { scope, items }: LookGroup): Promise<readonly string[]> {
  const { correlation, since } = items[0].work;
  const work: Work = { kind: 'sweep', scope, correlation, since };
  try {
    await deps.queues.send('bulk', [work], 0);
    return [];
  } catch (thrown) {
    recordFault(deps, { correlation, scope }, thrown, `asking for a sweep of ${toScopeKey(scope)}`);
    return items.map(({ id }) => id);
  }
}
