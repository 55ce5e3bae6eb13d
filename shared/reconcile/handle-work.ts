import { Fault } from '../fault.ts';
import type { Deps } from '../ports.ts';
import type { NonEmpty, Scope } from '../words.ts';
import { releaseHooks } from './batch/launch-hooks.ts';
import { lookAt } from './batch/look-at.ts';
import type { Item, LookGroup, LookItem } from './batch/look-group.ts';
import { groupLooks } from './batch/look-group.ts';
import { putBackGroup } from './batch/put-back.ts';
import { findRulesBefore, followNewRules, isFollowed } from './batch/new-rules.ts';
import { askForOneSweep, sweepOnce, type TooMuch } from './batch/sweeps.ts';
import { isLate, RESERVE_MS } from './deadline.ts';
import { groupBy } from '../group-by.ts';
import type { Invocation } from './invocation.ts';
import { toInvocation } from './invocation.ts';
import { mapLimited } from './map-limited.ts';
import { recordFault } from './record.ts';
import { toScopeKey } from './scope.ts';

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
  if (isLate(invocation)) return { failed: await refuseForWantOfTime(invocation, items) };
  const before = await findRulesBefore(invocation);
  const isKept = ({ work }: Item): boolean => deps.cloud.keeps(work.scope);
  const strangers = items.filter((item) => !isKept(item));
  const turnedAway = await mapLimited(strangers, deps.parallelism, (item) => turnAway(deps, item));
  const byScope = [...groupBy(items.filter(isKept), ({ work }) => toScopeKey(work.scope)).values()].map(
    toScopeBatch(deps),
  );
  const handled = await mapLimited(byScope, deps.parallelism, (batch) => handleScope(invocation, batch));
  if (before !== null) await followNewRules(invocation, items, before);
  return { failed: [...turnedAway, ...handled].flat() };
}

/**
 * Where no invocation has the time to begin anything, everything comes back, and in the end reaches the dead letters: work that
 * is put back as soon as it comes would circle for ever. Machines that are held back are let go.
 */
async function refuseForWantOfTime(deps: Invocation, items: readonly Item[]): Promise<readonly string[]> {
  const [first] = items;
  if (first === undefined) return [];
  const { correlation, scope } = first.work;
  const message = `nothing is begun in the last ${RESERVE_MS / 1000} s of an invocation, and it has no more; give the function a minute or longer`;
  recordFault(deps, { correlation, scope }, new Fault('config-invalid', message), 'beginning an invocation');
  const looks = items.flatMap(({ id, work }): LookItem[] => (work.kind === 'look' ? [{ id, work }] : []));
  for (const group of groupLooks(looks)) await releaseHooks(deps, group.scope, group.items);
  return items.map(({ id }) => id);
}

/**
 * Delivering it again would not help: nobody here may read that scope. A machine that is held back there is let go all the
 * same, if that is allowed.
 */
async function turnAway(deps: Deps, { id, work }: Item): Promise<readonly string[]> {
  const { scope, correlation } = work;
  const where = toScopeKey(scope);
  const message = `a message is about ${where}, which this deployment does not keep; add it to the scopes, or stop sending its events here`;
  recordFault(deps, { correlation, scope }, new Fault('event-unreadable', message), 'reading a message');
  return work.kind === 'look' ? releaseHooks(deps, scope, [{ id, work }]) : [];
}

const toScopeBatch =
  ({ requests }: Deps) =>
  (items: NonEmpty<Item>): ScopeBatch => {
    const looks = items.flatMap(({ id, work }): LookItem[] => (work.kind === 'look' ? [{ id, work }] : []));
    const sweeps = items.filter(({ work }) => work.kind === 'sweep' && !isFollowed(requests, work));
    return { scope: items[0].work.scope, looks: groupLooks(looks), sweeps };
  };

/** One after the other, so that two permissions never change one source at the same time. */
async function handleScope(deps: Invocation, { scope, looks, sweeps }: ScopeBatch): Promise<readonly string[]> {
  const failed: string[] = [];
  const tooMuch: TooMuch[] = [];
  for (const group of looks) {
    const result = isLate(deps)
      ? { failed: await putBackGroup(deps, group), sweepInSeconds: null }
      : await lookAt(deps, group);
    failed.push(...result.failed);
    const { sweepInSeconds } = result;
    if (sweepInSeconds !== null) tooMuch.push({ items: group.items, sweepInSeconds });
  }
  const [first] = sweeps;
  const [trigger] = tooMuch;
  if (first !== undefined) return [...failed, ...(await sweepOnce(deps, scope, [first, ...sweeps.slice(1)]))];
  return trigger === undefined ? failed : [...failed, ...(await askForOneSweep(deps, scope, trigger))];
}
