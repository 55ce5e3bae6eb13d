import type { Clock } from '../../../shared/ports.ts';
import type { AccountId, AttachmentId, TargetId } from '../../../shared/words.ts';
import { breadthOf } from './faults.ts';
import type { Refusal } from './refusal.ts';
import { lockedScopesIn } from './remedies.ts';

/** One write, as far as what is refused as a whole is concerned. */
export interface Write {
  readonly method: 'PUT' | 'DELETE';
  readonly attachment: AttachmentId;
  /** `null`: it goes to none. */
  readonly target: TargetId | null;
}

/** What Azure refuses for more than one interface until a person has changed something. */
export interface Standings {
  /** What was refused that this would be refused for as well, or `null`. */
  find(write: Write): Refusal | null;
  refuse(write: Write, refusal: Refusal): void;
  succeed(write: Write): void;
  /** A run over a whole subscription begins: it finds out what a person has changed. */
  forget(subscription: AccountId): void;
}

/** An interface that one role or policy is about must not stop those beside it: only so many say that it is about all. */
const PROOFS = 3;
/**
 * After so long it is found out again. Messages about single machines are many at the same time, and what one of them was told is
 * true for the others; whoever has just granted a role tries again no sooner.
 */
const KNOWN_MS = 60_000;

interface Said {
  readonly method: Write['method'];
  /** What it holds for: everything in it. */
  readonly under: string;
  /** What goes to this VTAP; `null`: whatever it goes to. */
  readonly target: TargetId | null;
  readonly proofs: number;
  readonly refusal: Refusal;
}

interface Standing extends Said {
  times: number;
  /** When it was last said. */
  atMs: number;
}

/**
 * For a minute: a feature that is not registered, a region that is not enabled, a lock or a permission that is missing would
 * otherwise cost a call for each interface of a subscription in every sweep.
 */
export function createStandings(clock: Clock): Standings {
  let standings: readonly Standing[] = [];
  const isKnown = ({ atMs }: Standing): boolean => clock.now() - atMs < KNOWN_MS;
  return {
    find: (write) =>
      standings.find((one) => one.times >= one.proofs && isFor(one, write) && isKnown(one))?.refusal ?? null,
    refuse(write, refusal) {
      standings = standings.filter(isKnown);
      const atMs = clock.now();
      for (const said of toSaid(write, refusal)) {
        const known = standings.find((one) => isSame(one, said));
        if (known === undefined) standings = [...standings, { ...said, times: 1, atMs }];
        else {
          known.times += 1;
          known.atMs = atMs;
        }
      }
    },
    succeed(write) {
      standings = standings.filter((one) => !isFor(one, write));
    },
    forget(subscription) {
      standings = standings.filter(({ under }) => !isUnder(under, `/subscriptions/${subscription}`));
    },
  };
}

const isUnder = (id: string, scope: string): boolean => id === scope || id.startsWith(`${scope}/`);

const isFor = ({ method, under, target }: Said, write: Write): boolean =>
  method === write.method && isUnder(write.attachment, under) && (target === null || target === write.target);

const isSame = (one: Said, other: Said): boolean =>
  one.method === other.method && one.under === other.under && one.target === other.target;

/** Of what is not even tried nothing was accepted, and nobody was interrupted by it. */
const untried = (refusal: Refusal): Refusal => ({ ...refusal, phase: 'answer' });

function toSaid({ method, attachment, target }: Write, refusal: Refusal): readonly Said[] {
  const [subscription = '', group = ''] = [3, 5].map((segments) => attachment.split('/').slice(0, segments).join('/'));
  const one = { method, refusal: untried(refusal), proofs: 1, target: null };
  switch (breadthOf(refusal)) {
    case 'one':
      return [];
    case 'subscription':
      return [{ ...one, under: subscription }];
    case 'target':
      return target === null ? [] : [{ ...one, under: subscription, target }];
    case 'group':
      return [{ ...one, under: group, proofs: PROOFS }];
    case 'scope':
      return [
        ...lockedScopesIn(refusal).map((scope) => ({ ...one, under: scope.toLowerCase() })),
        ...refusal.policies.flatMap(({ assignment }) =>
          assignment === null ? [] : [{ ...one, under: scopeOf(assignment, subscription), proofs: PROOFS }],
        ),
      ];
  }
}

/** What a policy is assigned to; a management group stands for each of its subscriptions. */
function scopeOf(assignment: string, subscription: string): string {
  const scope = assignment.toLowerCase().split('/providers/microsoft.authorization/')[0] ?? '';
  return isUnder(scope, subscription) ? scope : subscription;
}
