import { toInstant } from '../../ids.ts';
import type { Change } from '../../plan/change.ts';
import { findRefusal, isCurrent, writtenBy } from '../../plan/refusals.ts';
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

/** What became of a change that was tried at `startedMs`. */
export interface Tried {
  readonly outcome: Outcome;
  readonly startedMs: number;
}

/** Tells all processes, and this run, what came of changing a running machine: that it was refused, or that it no longer is. */
export async function rememberRefusal(course: Course, { outcome, startedMs }: Tried): Promise<void> {
  const { change } = outcome;
  const machine = course.interruptible.get(change.source);
  if (machine === undefined) return;
  if (outcome.kind === 'done') await forgive(course, machine, change);
  if (outcome.kind !== 'held' || !isPatient(outcome.hold.code)) return;
  const { code, detail } = outcome.hold;
  const { interruptions, clock } = course.deps;
  const until = toInstant(clock.now() + PATIENCE_MS[code]);
  const target = writtenBy(change);
  const refusal: Refusal = { machine: machine.id, target, code, detail, at: toInstant(startedMs), until };
  course.refused.push(refusal);
  await tell(course, `remembering that ${machine.id} is refused`, () =>
    interruptions.refuse(course.task.order.scope, refusal),
  );
}

/** Only what somebody remembers has to be forgotten: most changes ask nothing. What was refused of another target stays so. */
async function forgive(course: Course, { id }: Machine, change: Change): Promise<void> {
  const { interruptions, clock } = course.deps;
  const nowMs = clock.now();
  const known = course.studied.refusals.filter(({ machine }) => machine === id);
  const isDisproved = (refusal: Refusal): boolean => !isCurrent(refusal, nowMs) || isAbout(refusal, change);
  if (known.length === 0 || !known.every(isDisproved)) return;
  await tell(course, `forgetting what was refused on ${id}`, () =>
    interruptions.forgive(course.task.order.scope, [id], toInstant(nowMs)),
  );
}

const isAbout = (refusal: Refusal, change: Change): boolean => findRefusal([refusal], writtenBy(change)) !== null;

/** The change is made, whether others can be told or not; the fault shows in the journal, and nothing else running is changed. */
async function tell({ deps, task, others }: Course, attempted: string, call: () => Promise<void>): Promise<void> {
  const wasReached = others.fault() === null;
  await others.ask(attempted, call);
  const fault = others.fault();
  if (wasReached && fault !== null) recordFault(deps, task.order, fault, attempted);
}
