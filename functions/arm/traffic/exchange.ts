import { createComputeManagement } from '@azure/arm-compute/api';
import { createNetworkManagement, type NetworkManagementClientOptionalParams } from '@azure/arm-network/api';
import { Fault } from '../../../shared/fault.ts';
import type { Call } from '../permissions.ts';
import { type Exchange, nameAddress } from './wire.ts';

export type HttpClient = NonNullable<NetworkManagementClientOptionalParams['httpClient']>;
export type Credential = Parameters<typeof createNetworkManagement>[0];

export interface Connection {
  readonly credential: Credential;
  readonly endpoint: string;
  /** Sends the requests instead of the SDK's own client; `null`: the SDK's own. */
  readonly httpClient: HttpClient | null;
}

/**
 * The SDK's own pipeline (sign-in, user agent) over raw JSON.
 *
 * Its models are not used: they drop the destination of a VTAP in front of a load balancer, which the service spells in
 * another casing than the specification, and the code of an operation that failed. Its retries are off: they take a lock
 * (429 `RetryableError…`) for an exhausted quota. Nor is its log: it shows the headers of answers as they are, and with them the
 * signed addresses of operations.
 */
export function createExchange({ credential, endpoint, httpClient }: Connection): Exchange {
  const options = {
    endpoint,
    retryOptions: { maxRetries: 0 },
    credentials: { scopes: [`${endpoint}/.default`] },
    ...(httpClient === null ? {} : { httpClient }),
  };
  // One client serves every subscription: the subscription is a part of each address.
  const clients = {
    network: createNetworkManagement(credential, '', options),
    compute: createComputeManagement(credential, '', options),
  };
  for (const { pipeline } of Object.values(clients)) pipeline.removePolicy({ name: 'logPolicy' });
  return async ({ call, address, body }) => {
    const url = isWhole(address) ? checkHost(address, endpoint) : `${address}?${call.query}`;
    const path = clients[call.client].pathUnchecked(url);
    try {
      const sent = { timeout: LONGEST_ANSWER_MS, ...(body === null ? {} : { body }) };
      const answer = await { GET: path.get, PUT: path.put, DELETE: path.delete }[call.method](sent);
      return { status: Number(answer.status), headers: toHeaders(answer.headers), body: answer.body ?? null };
    } catch (thrown) {
      throw toSendFault(thrown, call, address);
    }
  };
}

/** The pipeline itself waits for ever; one connection that hangs would hold a whole invocation. */
const LONGEST_ANSWER_MS = 30_000;

const isWhole = (address: string): boolean => /^https?:/i.test(address);

/** A token goes with every request: an address in an answer must not take it to another host. */
function checkHost(address: string, endpoint: string): string {
  if (URL.canParse(address) && new URL(address).origin === new URL(endpoint).origin) return address;
  throw new Fault('unexpected', `Azure answered with an address of another host than ${endpoint}; it was not followed`);
}

const toHeaders = (headers: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));

/**
 * Only the error's code is repeated: the message of a parse error holds the whole body, others hold signed addresses. Nor is it
 * handed on as the cause: it holds the request, with its token and its address.
 */
function toSendFault(thrown: unknown, call: Call, address: string): Fault {
  if (thrown instanceof Fault) return thrown;
  const { name, code } = thrown as { readonly name?: unknown; readonly code?: unknown };
  const attempted = `${call.attempt} ${nameAddress(address)}`;
  if (typeof name === 'string' && /credential|authentication/i.test(name)) {
    return new Fault('denied', `${attempted}: nobody could be signed in (${name}); sign in with az login`);
  }
  const said = typeof code === 'string' ? code : `no answer (${String(name)})`;
  return new Fault('unreachable', `${attempted}: ${said}; check the network and the endpoint`);
}
