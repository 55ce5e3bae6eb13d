import { groupBy } from '../../group-by.ts';
import type { Deps, Journal } from '../../ports.ts';
import type { NonEmpty, SourceId } from '../../words.ts';
import { turnAgainSeconds, turnsOf } from '../apply/turn-limits.ts';
import { markChange } from '../marks.ts';
import { laneOf } from '../order.ts';
import { recordFault } from '../record.ts';
import { loadRules } from '../rules.ts';
import { toScopeKey } from '../scope.ts';
import { isGivenUp } from './forgetting.ts';
import { type LookGroup, type LookItem, toGroup } from './look-group.ts';

/** What of a group is to be looked at now. */
export interface Present {
  /** `null`: nothing. */
  readonly group: LookGroup | null;
  /** Items to be delivered again, because the queue did not take them. */
  readonly failed: readonly string[];
}

/**
 * Sends back what waits for its turn while there is none, for what one question costs: reading and planning three hundred machines
 * again and again, to find that none of them may be changed, takes the quota of reads from everybody. Never throws.
 */
export async function sendBackWaiting(deps: Deps, group: LookGroup): Promise<Present> {
  const nowMs = deps.clock.now();
  // What is given up now has its last look.
  const isWaiting = ({ work }: LookItem): boolean => work.waiting.length > 0 && !isGivenUp(work, nowMs);
  const waiting = group.items.filter(isWaiting);
  if (waiting.length === 0 || !(await isHouseFull(deps, group))) return { group, failed: [] };
  const [first, ...others] = group.items.filter((item) => !isWaiting(item));
  const failed = await sendBack(deps, group, waiting);
  return { group: first === undefined ? null : toGroup([first, ...others]), failed };
}

/** When that cannot be told, reading goes on: whoever takes a turn says what is wrong. */
async function isHouseFull(deps: Deps, { scope, run }: LookGroup): Promise<boolean> {
  if (deps.mode() !== 'enforce') return false;
  try {
    const { config } = await loadRules(deps);
    return await deps.interruptions.isFull(scope, turnsOf(laneOf(run), config.interruption));
  } catch {
    return false;
  }
}

async function sendBack(deps: Deps, { scope, run }: LookGroup, items: readonly LookItem[]): Promise<readonly string[]> {
  const lane = laneOf(run);
  const nowMs = deps.clock.now();
  const secondsOf = ({ work }: LookItem): number => turnAgainSeconds(lane, nowMs - Date.parse(work.since));
  const failed: string[] = [];
  for (const together of groupBy(items, (item) => String(secondsOf(item))).values()) {
    const [first, ...others] = together;
    try {
      await deps.queues.send(lane, [first.work, ...others.map(({ work }) => work)], secondsOf(first));
    } catch (thrown) {
      const about = { correlation: first.work.correlation, scope };
      recordFault(deps, about, thrown, `queueing what waits for its turn in ${toScopeKey(scope)}`);
      failed.push(...together.map(({ id }) => id));
    }
  }
  return failed;
}

/**
 * The same ports with a journal that does not tell again what a message came back with: that it is planned, and that it still
 * has no turn. What differs from what was told is told.
 */
export function withoutRepetition<Ports extends Deps>(deps: Ports, items: NonEmpty<LookItem>): Ports {
  const told = new Set(items.flatMap(({ work }) => work.waiting));
  if (told.size === 0) return deps;
  const waiting = new Set<SourceId>();
  const write: Journal['write'] = (entry) => {
    if (entry.kind === 'planned') {
      const isTold = told.has(markChange(deps, entry.change));
      if (isTold) waiting.add(entry.change.source);
      else waiting.delete(entry.change.source);
      if (isTold) return;
    }
    if (entry.kind === 'noted' && waiting.has(entry.note.source)) return;
    if (entry.kind === 'held' && entry.hold.code === 'interrupting-enough' && waiting.has(entry.hold.source)) return;
    deps.journal.write(entry);
  };
  return { ...deps, journal: { write } };
}
