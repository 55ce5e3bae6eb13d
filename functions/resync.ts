import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { Deps } from '../shared/ports.ts';
import { resync } from '../shared/reconcile/resync.ts';
import type { Env } from './compose.ts';
import { findJson, findTextAt } from './json.ts';
import { withLog } from './journal.ts';

/** Evaluates again what a person asks for, as a dry run or for real. */
export const onResync =
  (deps: () => Deps, env: Env) =>
  (request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> =>
    withLog(
      (line) => context.log(line),
      async () => {
        const { status, contentType, body } = await resync(deps(), {
          body: await request.text(),
          mayLift: mayLift(request.headers, env),
          correlation: context.invocationId,
          endsAtMs: null,
        });
        return { status, headers: { 'content-type': contentType }, body };
      },
    );

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
