import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { Deps } from '../shared/ports.ts';
import type { Answer } from '../shared/reconcile/resync/answer.ts';
import { toProblemAnswer } from '../shared/reconcile/resync/problem.ts';
import { LONGEST_BODY } from '../shared/reconcile/resync/request.ts';
import { resync } from '../shared/reconcile/resync.ts';
import { findBody } from './body.ts';
import { endOfRequest } from './deadline.ts';
import { findJson, findTextAt } from './json.ts';
import { withLog } from './journal.ts';
import type { Env } from './settings.ts';

/** Evaluates again what a person asks for, as a dry run or for real. */
export const onResync =
  (deps: () => Deps, env: Env) =>
  (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> =>
    withLog(
      (line) => context.log(line),
      async () => {
        const composed = deps();
        const endsAtMs = endOfRequest(composed, env);
        const correlation = context.invocationId;
        const body = await findBody(request);
        const answer =
          body === null
            ? refuseLength(correlation)
            : await resync(composed, { body, mayLift: mayLift(request.headers, env), correlation, endsAtMs });
        return { status: answer.status, headers: { 'content-type': answer.contentType }, body: answer.body };
      },
    );

function refuseLength(correlation: string): Answer {
  const detail = `the body is longer than ${LONGEST_BODY} characters; ask for "everything"`;
  return toProblemAnswer({ code: 'bad-request', errors: [{ pointer: '#', detail }] }, correlation);
}

/**
 * Whether the caller is a person or an application that Entra ID signed in; a function key is nobody's.
 *
 * App Service sets these headers after it has verified the sign-in, and lets no caller set them, but only where its
 * authentication is switched on: anywhere else anybody could write them.
 * https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities
 */
export function mayLift(headers: { get(name: string): string | null }, env: Env): 'yes' | 'no' {
  if (env['WEBSITE_AUTH_ENABLED']?.toLowerCase() !== 'true') return 'no';
  const principal = findJson(Buffer.from(headers.get('x-ms-client-principal') ?? '', 'base64').toString('utf8'));
  const isSignedIn = (headers.get('x-ms-client-principal-id') ?? '') !== '';
  return isSignedIn && findTextAt(principal, 'auth_typ')?.toLowerCase() === 'aad' ? 'yes' : 'no';
}
