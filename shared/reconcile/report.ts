import type { FaultCode } from '../fault.ts';
import type { Change, Hold, Plan } from '../plan/change.ts';
import { summarise } from '../plan/summary.ts';
import type { Mode, Outcome } from '../ports.ts';
import { PROFILES } from '../profile.ts';
import type { Incompleteness, World } from '../words.ts';
import { isRestraint } from './apply/restraint.ts';
import type { SourceResult } from './apply/source.ts';
import { interruptibleIn } from './interruptible.ts';
import type { Study } from './study.ts';

/** A source that the cloud would not let be as planned. */
export interface Failure {
  readonly change: Change;
  readonly code: FaultCode;
  readonly detail: string;
}

/** What one order came to: plain data. */
export interface Report {
  readonly mode: Mode;
  /** `null`: the deployment is paused, so nothing was read. */
  readonly plan: Plan | null;
  /** One for each change that was tried, or whose verb was given up; empty unless the permission in force was to enforce. */
  readonly outcomes: readonly Outcome[];
  /** Everything withheld: by the plan, by a second plan after a conflict, and by the cloud. */
  readonly holds: readonly Hold[];
  readonly failed: readonly Failure[];
  readonly incomplete: readonly Incompleteness[];
  /**
   * The plan's counts by name, with what was withheld for a moment among `held` and `held.<code>`; then `done`, `gone`, `refused` and
   * `held-by-cloud` changes, and, on a cloud where anything does that, how many running machines were `interrupted`: not how many
   * would be, which is what the plan counts by that name.
   */
  readonly counts: Readonly<Record<string, number>>;
}

export const PAUSED: Report = {
  mode: 'paused',
  plan: null,
  outcomes: [],
  holds: [],
  failed: [],
  incomplete: [],
  counts: {},
};

/** The report of a study and of what was done about it (nothing, when it was only to be observed). */
export function toReport(mode: Mode, { world, plan }: Study, results: readonly SourceResult[]): Report {
  const outcomes = results.flatMap((result) => result.outcomes);
  const withheld = outcomes.flatMap((outcome) => (outcome.kind === 'held' ? [outcome.hold] : []));
  return {
    mode,
    plan,
    outcomes,
    holds: [...plan.holds, ...results.flatMap(({ holds }) => holds), ...withheld],
    failed: results.flatMap(toFailures),
    incomplete: world.incomplete,
    counts: { ...countHeld(plan, withheld), ...countOutcomes(outcomes), ...countInterrupted(world, outcomes) },
  };
}

/** A source stops at its first failure, so it has one at most. */
const toFailures = ({ outcomes }: SourceResult): readonly Failure[] =>
  outcomes.flatMap((outcome) => {
    const { change } = outcome;
    if (outcome.kind === 'conflict') return [{ change, code: 'conflict', detail: outcome.detail } as const];
    if (outcome.kind === 'failed') return [{ change, code: outcome.code, detail: outcome.detail }];
    return [];
  });

function countHeld(plan: Plan, withheld: readonly Hold[]): Readonly<Record<string, number>> {
  return summarise({ ...plan, holds: [...plan.holds, ...withheld.filter(isRestraint)] });
}

function countOutcomes(outcomes: readonly Outcome[]): Readonly<Record<string, number>> {
  const count = (...kinds: readonly Outcome['kind'][]): number =>
    outcomes.filter(({ kind }) => kinds.includes(kind)).length;
  return {
    done: count('done'),
    gone: count('gone'),
    refused: count('failed', 'conflict'),
    'held-by-cloud': outcomes.filter((outcome) => outcome.kind === 'held' && !isRestraint(outcome.hold)).length,
  };
}

function countInterrupted(world: World, outcomes: readonly Outcome[]): Readonly<Record<string, number>> {
  if (!PROFILES[world.scope.cloud].interrupts) return {};
  const interruptible = interruptibleIn(world);
  const changed = outcomes.flatMap(({ kind, change }) =>
    kind === 'done' ? (interruptible.get(change.source)?.id ?? []) : [],
  );
  return { interrupted: new Set(changed).size };
}
