import { Fault } from '../../shared/fault.ts';
import { NAME_ANOTHER } from '../../shared/rules-address.ts';
import { ASKED_EVERY_MS, collectText, type RulesPlace, type RulesText } from '../../shared/rules-source.ts';
import type { Credential } from '../arm/traffic/exchange.ts';
import type { Pause } from '../arm/traffic/patience.ts';
import { STORAGE_NEEDS } from '../storage-roles.ts';
import { decodeUtf8 } from './utf8.ts';

/** A blob, and as whom it is read: never by a key, which would be a secret and may do everything. */
export interface BlobRequest {
  readonly url: URL;
  readonly credential: Credential;
  /** Waits between two tries. */
  readonly pause: Pause;
}

/** Tokens are taken from 2017-11-09 on. https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory */
const API_VERSION = '2021-12-02';
/** https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory: the same in all clouds. */
const AUDIENCE = 'https://storage.azure.com/.default';
const LONGEST_ANSWER_MS = 10_000;
/** Before the second and the third try; then the message comes again. */
const PAUSES_MS = [500, 1_000];

/**
 * The rules in a blob. It is sent when it has changed; else storage answers with nothing but that it has not.
 *
 * One GET needs no client: the package for blobs is loaded where running machines are changed, and its 523 kB would make every cold
 * start wait for them, about 45 ms, before it knows its rules.
 * https://learn.microsoft.com/rest/api/storageservices/get-blob
 */
export function blobPlace(request: BlobRequest): RulesPlace {
  const name = request.url.href;
  return {
    name,
    keptMs: ASKED_EVERY_MS,
    async read(known): Promise<RulesText> {
      const answer = await getPatiently(request, known?.tag ?? null);
      if (answer.status === 304 && known !== null) return known;
      if (answer.status !== 200) throw toRulesFault(name, answer);
      const text = await collectText(name, answer.body ?? nothing(), decodeUtf8).catch((thrown: unknown) =>
        Promise.reject(toSendFault(name, thrown)),
      );
      return { text, tag: answer.headers.get('etag'), kind: 'plain' };
    },
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Tries again what storage says will pass; https://learn.microsoft.com/azure/storage/blobs/scalability-targets: 503 and 500 when it is busy. */
async function getPatiently(request: BlobRequest, tag: string | null): Promise<Response> {
  for (const pauseMs of PAUSES_MS) {
    const answer = await get(request, tag).catch((thrown: unknown) => {
      const fault = toSendFault(request.url.href, thrown);
      if (fault.code !== 'unreachable') throw fault;
      return null;
    });
    if (answer !== null && !isPassing(answer.status)) return answer;
    await answer?.body?.cancel();
    await request.pause(pauseMs);
  }
  return get(request, tag).catch((thrown: unknown) => Promise.reject(toSendFault(request.url.href, thrown)));
}

const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

async function get({ url, credential }: BlobRequest, tag: string | null): Promise<Response> {
  return fetch(url, {
    headers: {
      authorization: `Bearer ${await tokenOf(credential)}`,
      'x-ms-version': API_VERSION,
      ...(tag === null ? {} : { 'if-none-match': tag }),
    },
    // A token goes with it: it is not to be taken to another host.
    redirect: 'error',
    signal: AbortSignal.timeout(LONGEST_ANSWER_MS),
  });
}

const SIGN_IN = 'sign in (az login); a function app needs an identity';

/** What the credentials of a person say may name that person, so only its kind is repeated. */
async function tokenOf(credential: Credential): Promise<string> {
  const token = await credential.getToken(AUDIENCE).catch((thrown: unknown) => {
    if (thrown instanceof Fault) throw thrown;
    const said = thrown instanceof Error ? thrown.name : 'no token';
    throw new Fault('denied', `getting a token for storage: ${said}; ${SIGN_IN}`, thrown);
  });
  if (token !== null) return token.token;
  throw new Fault('denied', `getting a token for storage: nobody is signed in; ${SIGN_IN}`);
}

/** No answer, or not all of it. Only the code is repeated: the rest may hold the request with its token. */
function toSendFault(name: string, thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  const { cause, name: kind } = (thrown ?? {}) as {
    readonly cause?: { readonly code?: unknown };
    readonly name?: unknown;
  };
  const said = typeof cause?.code === 'string' ? cause.code : String(kind);
  const advice = 'see whether there is such a storage account and it can be reached; it is tried again';
  return new Fault('unreachable', `reading the rules at ${name}: no answer (${said}); ${advice}`);
}

const ROLE = STORAGE_NEEDS.rules.name;

/** https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes and common-rest-api-error-codes. */
const ADVICE: Readonly<Record<string, string>> = {
  BlobNotFound: `there is no such blob; put the rules there, ${NAME_ANOTHER}`,
  ContainerNotFound: `there is no such container; make it, ${NAME_ANOTHER}`,
  BlobArchived: 'it is archived; write the rules anew',
  AuthorizationFailure: "the account's firewall keeps the function app out, or it is not allowed; let it in",
};

/** What storage said instead of giving rules. A denial is one of the configuration, as rules that are missing are. */
function toRulesFault(name: string, { status, headers }: Response): Fault {
  const code = headers.get('x-ms-error-code');
  const attempted = `reading the rules at ${name}: ${[status, code].filter((part) => part !== null).join(' ')}`;
  if (status === 429 || code === 'ServerBusy') return new Fault('throttled', `${attempted}; it is tried again`);
  if (isPassing(status)) return new Fault('unreachable', `${attempted}; it is tried again`);
  const usual =
    status === 401 || status === 403
      ? `grant the identity of the function app ${ROLE} on the container; that takes some minutes`
      : `put the rules there, ${NAME_ANOTHER}`;
  return new Fault('config-invalid', `${attempted}; ${(code === null ? undefined : ADVICE[code]) ?? usual}`);
}
