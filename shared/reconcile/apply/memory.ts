import { toInstant } from '../../ids.ts';
import type { Outcome, Refusal } from '../../ports.ts';
import type { Machine } from '../../words.ts';
import { recordFault } from '../record.ts';
import type { Course } from './course.ts';

const HOUR_MS = 3_600_000;

/**
 * How long the cloud is not asked again on a running machine: each attempt may interrupt it. What a restart ends is tried
 * again once a day, for the restart may have gone unnoticed.
 */
const PATIENCE_MS: Readonly<Record<Refusal['code'], number>> = {
  'needs-restart': 24 * HOUR_MS,
  'operation-failed': HOUR_MS,
};

const isPatient = (code: string): code is Refusal['code'] => Object.hasOwn(PATIENCE_MS, code);

/** Tells all processes what came of writing on a running machine: that it was refused, or that it no longer is. */
export async function rememberRefusal(course: Course, outcome: Outcome): Promise<void> {
  const machine = course.interruptible.get(outcome.change.source);
  if (machine === undefined || outcome.change.kind === 'detach') return;
  if (outcome.kind === 'done') await forgive(course, machine);
  if (outcome.kind !== 'held' || !isPatient(outcome.hold.code)) return;
  const { code, detail } = outcome.hold;
  const { interruptions, clock } = course.deps;
  const until = toInstant(clock.now() + PATIENCE_MS[code]);
  await tell(course, `remembering that ${machine.id} is refused`, () =>
    interruptions.refuse(course.task.order.scope, { machine: machine.id, code, detail, until }),
  );
}

/** Only what somebody remembers has to be forgotten: most attaches ask nothing. */
async function forgive(course: Course, { id }: Machine): Promise<void> {
  const { refused } = course.studied;
  if (refused !== null && !refused.has(id)) return;
  await tell(course, `forgetting what was refused on ${id}`, () =>
    course.deps.interruptions.forgive(course.task.order.scope, [id]),
  );
}

/** The change is made, whether others can be told or not; the fault shows in the journal, and nothing else running is changed. */
async function tell({ deps, task, others }: Course, attempted: string, call: () => Promise<void>): Promise<void> {
  const wasReached = others.fault() === null;
  await others.ask(attempted, call);
  const fault = others.fault();
  if (wasReached && fault !== null) recordFault(deps, task.order, fault, attempted);
}
