import type { Instant, NonEmpty } from '../../words.ts';
import type { Course } from './course.ts';
import type { MachineErrand } from './units.ts';

/**
 * How many seconds a running machine is still left alone, because an event asked for a change of it a moment ago: a tag that
 * flaps interrupts it once, when it has come to rest. A sweep that comes by in between waits as well; a person means it.
 */
export async function settlingSeconds(course: Course, one: MachineErrand): Promise<number> {
  const { deps, task } = course;
  const { order, rules } = task;
  const { settleSeconds } = rules.config.interruption;
  if (order.trigger === 'resync' || settleSeconds === 0) return 0;
  const latest = await (order.trigger === 'change' ? stir(course, one) : findStir(course, one));
  if (latest === null) return 0;
  const restingMs = deps.clock.now() - Date.parse(latest);
  return Math.max(0, Math.ceil(settleSeconds - restingMs / 1000));
}

function stir({ deps, task, others, happened }: Course, { machine, errands }: MachineErrand): Promise<Instant | null> {
  const latest = latestOf([happened(errands[0][0]), ...errands.map(([change]) => happened(change))]);
  return others.ask(`telling that an event wants ${machine.id} changed`, () =>
    deps.interruptions.stir(task.order.scope, machine.id, latest),
  );
}

const findStir = ({ deps, task, others }: Course, { machine }: MachineErrand): Promise<Instant | null> =>
  others.ask(`asking whether an event wants ${machine.id} changed`, () =>
    deps.interruptions.stirred(task.order.scope, machine.id),
  );

/** ISO 8601 instants in UTC sort as text. */
const latestOf = (instants: NonEmpty<Instant>): Instant =>
  instants.reduce((latest, one) => (one > latest ? one : latest));
