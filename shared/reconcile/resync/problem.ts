import type { Digest, NonEmpty } from '../../words.ts';
import type { Answer } from './answer.ts';

/** One thing wrong in a body. */
export interface BodyProblem {
  /** A JSON pointer into the body, as RFC 9457 section 3 shows it: `#/scope/machines/3`. */
  readonly pointer: string;
  /** What is wrong and what would be right. */
  readonly detail: string;
}

/** Why a request is not answered with plans. The code is the last part of the problem's `type`. */
export type Rejection =
  | { readonly code: 'bad-request'; readonly errors: NonEmpty<BodyProblem> }
  | { readonly code: 'lift-forbidden' }
  | { readonly code: 'plan-stale'; readonly digest: Digest }
  | { readonly code: 'inventory-incomplete'; readonly incomplete: readonly string[] }
  | { readonly code: 'config-invalid'; readonly detail: string }
  | { readonly code: 'unexpected' };

/** The body of a rejection (RFC 9457). What does not belong to its `type` is `null`. */
export interface ProblemBody extends Words {
  readonly type: string;
  readonly correlation: string;
}

interface Words {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** Of `bad-request`: every problem of the body. */
  readonly errors: readonly BodyProblem[] | null;
  /** Of `plan-stale`: the digest of the plan as it is now. */
  readonly digest: Digest | null;
  /** Of `inventory-incomplete`: what could not be read, and why. */
  readonly incomplete: readonly string[] | null;
}

const NOTHING_MORE = { errors: null, digest: null, incomplete: null };

/** A rejection as `application/problem+json` (RFC 9457). */
export function toProblemAnswer(rejection: Rejection, correlation: string): Answer {
  const words = wordsOf(rejection);
  const body: ProblemBody = { type: `urn:tapkeeper:problem:${rejection.code}`, ...words, correlation };
  return { status: words.status, contentType: 'application/problem+json', body: JSON.stringify(body) };
}

function wordsOf(rejection: Rejection): Words {
  switch (rejection.code) {
    case 'bad-request': {
      const { errors } = rejection;
      return { ...NOTHING_MORE, status: 400, title: 'The request cannot be understood', detail: sumUp(errors), errors };
    }
    case 'lift-forbidden':
      return {
        ...NOTHING_MORE,
        status: 403,
        title: 'The guard may not be lifted by this caller',
        detail: 'lifting the guard needs an identity of IAM or Entra ID; ask with one, or without `lift`',
      };
    case 'plan-stale':
      return {
        ...NOTHING_MORE,
        status: 409,
        title: 'The plan is not the one that was looked at',
        detail: 'what would be detached or retargeted is not what `expects` stands for; look at the plan again',
        digest: rejection.digest,
      };
    case 'inventory-incomplete':
      return {
        ...NOTHING_MORE,
        status: 503,
        title: 'Not everything could be read',
        detail: `nothing was changed: ${rejection.incomplete.join('; ')}`,
        incomplete: rejection.incomplete,
      };
    case 'config-invalid':
      return { ...NOTHING_MORE, status: 500, title: 'The rules are not valid', detail: rejection.detail };
    case 'unexpected':
      return {
        ...NOTHING_MORE,
        status: 500,
        title: 'Something unexpected happened',
        detail: 'the log lines of this correlation say more',
      };
  }
}

function sumUp([first, ...others]: NonEmpty<BodyProblem>): string {
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return `${first.pointer} ${first.detail}${more}`;
}
