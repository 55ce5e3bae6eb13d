import type { Instant, NonEmpty } from '../../words.ts';
import type { Course } from './course.ts';
import type { MachineErrand } from './units.ts';

/**
 * How many seconds a running machine is still left alone, because an event asked for a change of it a moment ago: a tag that
 * flaps interrupts it once, when it has come to rest. What a sweep found has been so for a while, and a person means it.
 */
export async function settlingSeconds(course: Course, { machine, errands }: MachineErrand): Promise<number> {
  const { deps, task, others } = course;
  const { order, rules } = task;
  const { settleSeconds } = rules.config.interruption;
  if (order.trigger !== 'change' || settleSeconds === 0) return 0;
  const happened = latestOf([course.happened(errands[0][0]), ...errands.map(([change]) => course.happened(change))]);
  const latest = await others.ask(`telling that an event wants ${machine.id} changed`, () =>
    deps.interruptions.stir(order.scope, machine.id, happened),
  );
  if (latest === null) return 0;
  const restingMs = deps.clock.now() - Date.parse(latest);
  return Math.max(0, Math.ceil(settleSeconds - restingMs / 1000));
}

/** ISO 8601 instants in UTC sort as text. */
const latestOf = (instants: NonEmpty<Instant>): Instant =>
  instants.reduce((latest, one) => (one > latest ? one : latest));
