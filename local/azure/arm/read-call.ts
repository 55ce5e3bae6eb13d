import type { IncomingMessage } from 'node:http';
import { identify, type Identity } from '../identities.ts';
import { answer, refuseAtGateway, type Answer } from './answer.ts';
import type { Call } from './arm.ts';
import { parseTarget, type Target } from './path.ts';

const METHODS = ['GET', 'PUT', 'PATCH', 'POST', 'DELETE'] as const;

/** The bearer of a request, or the 401 that Resource Manager answers without a token. */
export function authenticate(request: IncomingMessage, known: ReadonlyMap<string, Identity>): Identity | Answer {
  const token = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token !== undefined) return identify(token, known);
  const why = "Authentication failed. The 'Authorization' header is missing.";
  return answer(
    401,
    { error: { code: 'AuthenticationFailed', message: why } },
    {
      'www-authenticate': `Bearer authorization_uri="https://login.microsoftonline.com/common", error="invalid_token", error_description="The authentication failed because of missing 'Authorization' header."`,
      'x-ms-failure-cause': 'gateway',
    },
  );
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

const invalidContent = (why: string): Answer =>
  refuseAtGateway(
    400,
    'InvalidRequestContent',
    `The request content was invalid and could not be deserialized: '${why}'.`,
  );

function findJson(text: string): { readonly value: unknown } | Answer {
  if (text.trim() === '') return { value: null };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (thrown) {
    return invalidContent(thrown instanceof Error ? thrown.message : 'not JSON');
  }
}

function findTarget(pathname: string): Target | Answer {
  try {
    return parseTarget(pathname);
  } catch {
    return refuseAtGateway(400, 'InvalidRequestUri', 'The path of the request is not well encoded.');
  }
}

const isAnswer = (value: object): value is Answer => 'status' in value;

function originOf(request: IncomingMessage): string {
  const proto = request.headers['x-forwarded-proto'] ?? 'http';
  const host = request.headers['x-forwarded-host'] ?? request.headers.host ?? '127.0.0.1';
  return `${String(proto)}://${String(host)}`;
}

const flatten = (headers: IncomingMessage['headers']): Call['headers'] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );

/** A request as a call, or the answer that says what is wrong with it. */
export async function readCall(
  request: IncomingMessage,
  caller: Identity,
  correlationId: string,
): Promise<Call | Answer> {
  const path = request.url ?? '/';
  const url = new URL(path, 'http://localhost');
  const target = findTarget(url.pathname);
  if (isAnswer(target)) return target;
  const apiVersion = url.searchParams.get('api-version');
  if (apiVersion === null || apiVersion === '')
    return refuseAtGateway(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  const method = METHODS.find((candidate) => candidate === request.method);
  if (method === undefined)
    return refuseAtGateway(405, 'MethodNotAllowed', `The method ${request.method} is not supported.`);
  const body = findJson(await readText(request));
  if (isAnswer(body)) return body;
  if (body.value === null && (method === 'PUT' || method === 'PATCH')) return invalidContent('a body is required');
  return {
    method,
    target,
    query: url.searchParams,
    headers: flatten(request.headers),
    body: body.value,
    caller,
    correlationId,
    apiVersion,
    origin: originOf(request),
    path,
  };
}
