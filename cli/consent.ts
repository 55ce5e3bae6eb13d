import type { ArgsDef } from 'citty';
import { Fault } from '../shared/fault.ts';
import type { Plan, Run, TripName } from '../shared/plan/change.ts';
import { isNothingToDo } from '../shared/plan/summary.ts';
import { nameScope } from '../shared/print/plan-view.ts';
import { printPlanText } from '../shared/print/text.ts';
import { toScopeKey } from '../shared/reconcile/scope.ts';
import type { Arguments } from './arguments.ts';
import type { Io } from './io.ts';
import type { Place } from './live.ts';
import { paintFor } from './paint.ts';
import type { Prepared } from './prepare.ts';

const TRIPS: readonly TripName[] = ['batch', 'limit', 'all'];

/** The options by which somebody says that a plan is right. */
export const CONSENT_ARGS = {
  expects: {
    type: 'string',
    valueHint: 'digest',
    description:
      'The digest that the plan was printed with, repeatable, one per scope: go on without asking, if the rules and what is detached and retargeted are still the same (attaches and changes in place are not in it)',
  },
  lift: {
    type: 'string',
    valueHint: TRIPS.join('|'),
    description: 'Let changes through that this trip of the guard withholds, repeatable',
  },
} satisfies ArgsDef;

/**
 * The permission that was typed.
 * @throws Fault `config-invalid` when a trip is lifted that there is not.
 */
export function readRun(given: Arguments): Run {
  const lift = given.list('lift').map((name) => {
    const trip = TRIPS.find((known) => known === name);
    if (trip === undefined)
      throw new Fault('config-invalid', `--lift ${name}: the guard's trips are ${TRIPS.join(', ')}`);
    return trip;
  });
  return { kind: 'enforce', seen: null, lift };
}

/** What somebody is asked to agree to, and how it is read once more when a person took time over it. */
export interface Proposal {
  readonly seen: readonly Prepared[];
  readonly question: string;
  readonly study: (places: readonly Place[]) => Promise<readonly Prepared[]>;
}

/**
 * What is to be carried out: what was seen, when its digests were given; as it is now, when a person has read the plan and said
 * yes; `null` when the person did not.
 * @throws Fault `plan-stale` when it is no longer what was seen, `denied` when nobody is there to be asked.
 */
export async function agree(
  { seen, question, study }: Proposal,
  given: Arguments,
  io: Io,
): Promise<readonly Prepared[] | null> {
  const plans = seen.map(({ plan }) => plan);
  const expected = given.list('expects');
  if (expected.length > 0) {
    expectAll(plans, expected);
    return seen;
  }
  if (!(await isConfirmed(plans, question, io))) return null;
  // What could not be read when the plan was shown was not agreed to: it stays out, though it may answer now.
  const again = await study(seen.filter(({ isRead }) => isRead).map(({ place }) => place));
  const fresh = seen.map((one) => again.find(({ place }) => place === one.place) ?? one);
  expectSame(plans, fresh);
  return fresh;
}

function expectAll(plans: readonly Plan[], expected: readonly string[]): void {
  const stale = plans.find((plan) => !isNothingToDo(plan) && !expected.includes(plan.guard.digest));
  if (stale === undefined) return;
  throw new Fault(
    'plan-stale',
    `${nameScope(stale.scope)} is no longer as it was planned: its digest is ${stale.guard.digest}; nothing was changed, look at the plan again`,
  );
}

async function isConfirmed(plans: readonly Plan[], question: string, io: Io): Promise<boolean> {
  io.err(printPlanText(plans, paintFor(io.isErrTerminal, io.env)));
  if (io.ask === null) {
    throw new Fault(
      'denied',
      'nobody is there to confirm the plan; nothing was changed, give --expects DIGEST for each scope',
    );
  }
  return /^y(es)?$/i.test((await io.ask(`\n${question} [y/N] `)).trim());
}

/** The world may have moved while a person was reading. What can no longer be read has no change, and says so. */
function expectSame(plans: readonly Plan[], fresh: readonly Prepared[]): void {
  const digests = new Map(plans.map(({ scope, guard }) => [toScopeKey(scope), guard.digest]));
  for (const { isRead, plan } of fresh) {
    if (!isRead || plan.guard.digest === digests.get(toScopeKey(plan.scope))) continue;
    throw new Fault(
      'plan-stale',
      `${nameScope(plan.scope)} changed while the plan was read; nothing was changed, plan again`,
    );
  }
}
