import type { Change } from '../../plan/change.ts';
import type { Turn, TurnAnswer } from '../../ports.ts';
import type { NonEmpty } from '../../words.ts';
import { type Course, record } from './course.ts';
import { mayInterrupt, withhold } from './restraint.ts';
import { settlingSeconds } from './settle.ts';
import { applySource, planAgain, type SourceResult } from './source.ts';
import { turnsOf } from './turn-limits.ts';
import { type MachineErrand, toUnits, type Unit } from './units.ts';

/**
 * Clocks of processes and of the storage account differ, and a read that began a moment after somebody else's change may not show
 * it yet.
 */
const OVERLAP_MS = 10_000;

/** How a unit was left: a full house is left by the whole process, one unit that is taken is not. */
type Next = 'go-on' | 'leave-unit' | 'stop';

/**
 * Changes running machines, one at a time of each unit, and as many units side by side as its lane may interrupt. Who finds the
 * house full leaves it to those who have a turn already; what nobody comes to is withheld, and comes back.
 * @returns What became of each source; of one that the brake left there is nothing.
 */
export async function applyInTurns(
  course: Course,
  bySource: readonly NonEmpty<Change>[],
): Promise<readonly SourceResult[]> {
  const results: SourceResult[] = [];
  const waiting = [...toUnits(bySource, course.interruptible)];
  const work = async (): Promise<void> => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      if ((await changeUnit(course, unit, results)) === 'stop') return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(limitOf(course), waiting.length) }, work));
  for (const unit of waiting) await leave(course, unit.machines, results);
  return results;
}

const limitOf = ({ task: { order, rules } }: Course): number => turnsOf(order.lane, rules.config.interruption);

async function changeUnit(course: Course, { name, machines }: Unit, results: SourceResult[]): Promise<Next> {
  for (const [at, one] of machines.entries()) {
    const next = await changeMachine(course, name, one, results);
    if (next === 'go-on') continue;
    await leave(course, machines.slice(at + 1), results);
    return next;
  }
  return 'go-on';
}

/** All interfaces of a machine are changed in one turn, so that nobody comes in between. */
async function changeMachine(course: Course, unit: string, one: MachineErrand, results: SourceResult[]): Promise<Next> {
  const seconds = mayBegin(course) ? await settlingSeconds(course, one) : 0;
  if (seconds > 0) {
    results.push(...one.errands.map((changes) => letSettle(course, changes, seconds)));
    return 'go-on';
  }
  const answer = mayBegin(course) ? await askForTurn(course, unit, limitOf(course)) : null;
  const turn = answer?.kind === 'taken' ? answer.turn : null;
  let mayGoOn = false;
  try {
    for (const changes of one.errands) {
      const some = await changeSource(course, changes, turn);
      results.push(...some);
      mayGoOn ||= some.some((result) => result.mayGoOn);
    }
  } finally {
    // The machine is interrupted for as long as the cloud is at it, and nobody else may be meanwhile.
    if (mayGoOn) turn?.lapse();
    else await turn?.release();
  }
  if (answer?.kind === 'full') return 'stop';
  return answer?.kind === 'busy' ? 'leave-unit' : 'go-on';
}

const mayBegin = (course: Course): boolean => !course.brake.stopsInterrupting() && mayInterrupt(course);

function askForTurn({ deps, task, others }: Course, unit: string, limit: number): Promise<TurnAnswer | null> {
  const { scope } = task.order;
  return others.ask(`taking the turn of ${unit}`, () => deps.interruptions.take({ scope, unit, limit }));
}

/** Without a turn it is withheld; where another process had one since it was read, it is read again before anything is done. */
async function changeSource(
  course: Course,
  changes: NonEmpty<Change>,
  turn: Turn | null,
): Promise<readonly SourceResult[]> {
  if (course.brake.stopsInterrupting()) return [];
  const errand = { changes, turn };
  return [await (isOutdated(course, turn) ? planAgain(course, errand, []) : applySource(course, errand))];
}

function isOutdated({ studied }: Course, turn: Turn | null): boolean {
  if (turn === null || turn.otherTookAt === null) return false;
  return Date.parse(turn.otherTookAt) >= studied.readAtMs - OVERLAP_MS;
}

async function leave(course: Course, machines: readonly MachineErrand[], results: SourceResult[]): Promise<void> {
  for (const { errands } of machines) {
    for (const changes of errands) results.push(...(await changeSource(course, changes, null)));
  }
}

function letSettle(course: Course, changes: NonEmpty<Change>, seconds: number): SourceResult {
  const detail = `an event asked for it a moment ago; it is looked at again in ${seconds} s`;
  const outcome = withhold(changes[0], 'settling', detail);
  record(course, outcome, course.deps.clock.now());
  return { source: changes[0].source, outcomes: [outcome], holds: [], backInSeconds: seconds, mayGoOn: false };
}
