import type { Digest } from '../../words.ts';
import type { Answer } from './answer.ts';

/** One thing wrong in a body. */
export interface BodyProblem {
  /** A JSON pointer into the body, as RFC 9457 section 3 shows it: `#/scope/machines/3`. */
  readonly pointer: string;
  /** What is wrong and what would be right. */
  readonly detail: string;
}

/** Why a request is not answered with plans. The code is the last part of the problem's `type`. */
export type Refusal =
  | { readonly code: 'bad-request'; readonly errors: readonly BodyProblem[] }
  | { readonly code: 'lift-forbidden' }
  | { readonly code: 'plan-stale'; readonly expected: Digest; readonly digest: Digest }
  | { readonly code: 'inventory-incomplete'; readonly incomplete: readonly string[] }
  | { readonly code: 'config-invalid'; readonly detail: string }
  | { readonly code: 'unexpected' };

interface Words {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly more: object;
}

/** A refusal as `application/problem+json` (RFC 9457). */
export function toProblemAnswer(refusal: Refusal, correlation: string): Answer {
  const { status, title, detail, more } = wordsOf(refusal);
  const type = `urn:tapkeeper:problem:${refusal.code}`;
  const body = JSON.stringify({ type, title, status, detail, correlation, ...more });
  return { status, contentType: 'application/problem+json', body };
}

function wordsOf(refusal: Refusal): Words {
  switch (refusal.code) {
    case 'bad-request': {
      const { errors } = refusal;
      const detail = errors.map((error) => `${error.pointer} ${error.detail}`).join('; ');
      return { status: 400, title: 'The request cannot be understood', detail, more: { errors } };
    }
    case 'lift-forbidden':
      return {
        status: 403,
        title: 'The guard may not be lifted by this caller',
        detail:
          'lifting the guard needs an identity of IAM or Entra ID that may do so; ask without `lift`, or with that identity',
        more: {},
      };
    case 'plan-stale':
      return {
        status: 409,
        title: 'The plan is not the one that was looked at',
        detail: `what would be detached or retargeted has changed since digest ${refusal.expected}: look at the plan again`,
        more: { digest: refusal.digest },
      };
    case 'inventory-incomplete':
      return {
        status: 503,
        title: 'Not everything could be read',
        detail: `nothing was changed: ${refusal.incomplete.join('; ')}`,
        more: { incomplete: refusal.incomplete },
      };
    case 'config-invalid':
      return { status: 500, title: 'The rules are not valid', detail: refusal.detail, more: {} };
    case 'unexpected':
      return {
        status: 500,
        title: 'Something unexpected happened',
        detail: 'the log lines of this correlation say more',
        more: {},
      };
  }
}
