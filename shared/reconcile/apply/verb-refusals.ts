import type { FaultCode } from '../../fault.ts';
import type { Change } from '../../plan/change.ts';
import type { Outcome } from '../../ports.ts';
import type { Profile } from '../../profile.ts';

/** What a permission is given for: moving an attachment and changing it are one. */
type Verb = Exclude<Change['kind'], 'retarget'>;

type Failed = Extract<Outcome, { kind: 'failed' }>;

/** Makes changes, until the cloud refuses a verb as such: then that verb is not tried any more. */
export interface VerbGate {
  pass(change: Change, make: () => Promise<Outcome>): Promise<Outcome>;
  /** Whether an outcome is of a change that was not tried. */
  isUntried(outcome: Outcome): boolean;
  /** What was not tried, verb by verb. */
  givenUp(): readonly GivenUp[];
}

/** A verb that was given up. */
export interface GivenUp {
  readonly verb: Verb;
  /** Changes that were not tried on that account. */
  readonly changes: number;
  /** What the cloud said last. */
  readonly refusal: Failed;
}

/** What is refused for a scope as a whole, until a person changes it, where the cloud refuses so. Other faults may be about one source. */
const STANDING: readonly FaultCode[] = ['denied', 'quota'];
const MOST_IN_ROW = 3;

/**
 * For one run, so that the next one finds out what a person has changed. A permission that is missing would otherwise cost a
 * call, and a line of error, for each interface of an account in every sweep.
 */
export function gateByVerb({ refusesByScope }: Pick<Profile, 'refusesByScope'>): VerbGate {
  const inRow = new Map<Verb, readonly Failed[]>();
  const untried = new Map<Outcome, Verb>();

  const learnFrom = (outcome: Outcome, verb: Verb): void => {
    const before = inRow.get(verb) ?? [];
    if (refusesByScope && isStanding(outcome)) inRow.set(verb, [...before, outcome]);
    // What was under way when it was given up changes nothing: the row is as long as it has to be.
    else if (before.length < MOST_IN_ROW) inRow.delete(verb);
  };

  return {
    async pass(change, make) {
      const verb = verbOf(change);
      const refusals = inRow.get(verb) ?? [];
      const last = refusals.at(-1);
      if (last === undefined || refusals.length < MOST_IN_ROW) {
        const outcome = await make();
        learnFrom(outcome, verb);
        return outcome;
      }
      const outcome = likewise(change, verb, last);
      untried.set(outcome, verb);
      return outcome;
    },
    isUntried: (outcome) => untried.has(outcome),
    givenUp: () =>
      [...inRow].flatMap(([verb, refusals]) => {
        const changes = [...untried.values()].filter((one) => one === verb).length;
        const refusal = refusals.at(-1);
        return refusal === undefined || changes === 0 ? [] : [{ verb, changes, refusal }];
      }),
  };
}

const verbOf = ({ kind }: Change): Verb => (kind === 'retarget' ? 'modify' : kind);

const isStanding = (outcome: Outcome): outcome is Failed =>
  outcome.kind === 'failed' && STANDING.includes(outcome.code);

const likewise = (change: Change, verb: Verb, { code, detail }: Failed): Failed => ({
  kind: 'failed',
  change,
  code,
  detail: `not tried, for every ${verb} is refused: ${detail}`,
});
