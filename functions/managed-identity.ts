import { Fault } from '../shared/fault.ts';
import type { Clock } from '../shared/ports.ts';
import { remember } from '../shared/remember.ts';
import type { Credential } from './arm/traffic/exchange.ts';
import { findJson, findTextAt } from './json.ts';

type Env = Readonly<Record<string, string | undefined>>;

interface Token {
  readonly token: string;
  readonly expiresOnTimestamp: number;
}

/** A token is asked for again when it has less than this left; the SDK's own limit is two minutes. */
const SPARE_MS = 300_000;
/** The endpoint is on the app's own host; everybody in the process waits for its one answer. */
const LONGEST_ANSWER_MS = 10_000;

/**
 * The function app's own identity: one request to the address that App Service gives. The identity library does the same
 * and costs a third of the bundle.
 *
 * Each of the SDK's clients keeps its own token; the clients of one process share theirs here, so that a cold start asks once.
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity (REST endpoint reference)
 */
export function createManagedIdentity(env: Env, clock: Clock, longestAnswerMs = LONGEST_ANSWER_MS): Credential {
  const known = remember<Token>(clock, ({ expiresOnTimestamp }) => expiresOnTimestamp - SPARE_MS - clock.now());
  return {
    getToken: (scopes, options) => {
      const resource = [scopes].flat()[0]?.replace(/\/\.default$/, '') ?? '';
      const read = (): Promise<Token> => getToken(env, resource, AbortSignal.timeout(longestAnswerMs));
      // With claims, Azure has refused the token that is known.
      return options?.claims === undefined ? known.get(resource, read) : known.put(resource, read());
    },
  };
}

async function getToken(env: Env, resource: string, signal: AbortSignal): Promise<Token> {
  const address = env['IDENTITY_ENDPOINT'];
  if (address === undefined) {
    throw new Fault('denied', `getting a token for ${resource}: the function app has no identity; assign it one`);
  }
  const url = new URL(address);
  url.searchParams.set('resource', resource);
  url.searchParams.set('api-version', '2019-08-01');
  // A user-assigned identity is named, a system-assigned one is not.
  const clientId = env['AZURE_CLIENT_ID'];
  if (clientId !== undefined) url.searchParams.set('client_id', clientId);
  const { status, text } = await ask(
    url,
    { headers: { 'x-identity-header': env['IDENTITY_HEADER'] ?? '' }, signal },
    resource,
  );
  return toToken(status, text, resource);
}

async function ask(url: URL, how: RequestInit, resource: string): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, how);
    return { status: response.status, text: await response.text() };
  } catch (thrown) {
    const advice = 'the identity endpoint gave no answer; it is tried again';
    throw new Fault('unreachable', `getting a token for ${resource}: ${advice}`, thrown);
  }
}

/** Nothing of the answer is repeated: it holds a token. */
function toToken(status: number, text: string, resource: string): Token {
  const body = findJson(text);
  const token = findTextAt(body, 'access_token');
  if (status !== 200 || token === null) throw toTokenFault(status, resource);
  return { token, expiresOnTimestamp: Number(findTextAt(body, 'expires_on') ?? 0) * 1000 };
}

/** An endpoint that is busy or ill says nothing about whether there is an identity: the next delivery may get a token. */
function toTokenFault(status: number, resource: string): Fault {
  const attempted = `getting a token for ${resource}: status ${status}`;
  if (status === 429) return new Fault('throttled', `${attempted}; it is tried again`);
  if (status >= 500) return new Fault('unreachable', `${attempted}; it is tried again`);
  return new Fault('denied', `${attempted}; assign the function app an identity`);
}
