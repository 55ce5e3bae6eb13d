import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { findSigner } from '../identity.ts';
import type { QueryAnswer, QueryRequest } from './endpoint.ts';
import { refusal } from './errors.ts';
import { writeRefusal } from './write.ts';

/** What answers requests: EC2, or a service beside it. `null` hangs up without an answer. */
export interface Answering {
  answer(request: QueryRequest): QueryAnswer | null | Promise<QueryAnswer | null>;
}

/** A request of the JSON protocol. */
export interface JsonRequest {
  /** What `X-Amz-Target` says, as `AmazonSSM.GetParameter`. */
  readonly target: string;
  readonly body: string;
  readonly signer: QueryRequest['signer'];
}

export interface JsonAnswer {
  readonly status: number;
  readonly json: string;
  readonly requestId: string;
}

/** What answers requests of the JSON protocol. `null` hangs up without an answer. */
export interface JsonAnswering {
  answer(request: JsonRequest): JsonAnswer | null | Promise<JsonAnswer | null>;
}

interface Named {
  readonly name: string;
}

/** What answers beside EC2, by protocol. */
export interface BesideEc2 {
  readonly query: readonly (Answering & Named)[];
  readonly json: readonly (JsonAnswering & Named)[];
}

/** EC2 takes form posts of up to 1 MB; more is somebody's mistake. */
const MOST_BYTES = 1_048_576;

/**
 * The HTTP side of the cloud: forms in, XML out, or JSON in and out. A request goes to the service that it is signed for; to
 * EC2 otherwise.
 */
export function createQueryServer(ec2: Answering, { query, json }: BesideEc2): Server {
  const byName = <Service extends Named>(services: readonly Service[]): ReadonlyMap<string, Service> =>
    new Map(services.map((service) => [service.name, service]));
  const [queries, jsons] = [byName(query), byName(json)];
  return createServer((request, response) => {
    const search = new URL(request.url ?? '/', 'http://localhost').searchParams;
    const service = findService(request, search);
    const ofJson = jsons.get(service);
    void (ofJson === undefined
      ? respond(() => answerQuery(queries.get(service) ?? ec2, request, search), request, response)
      : respond(() => answerJson(ofJson, request), request, response));
  });
}

/** What goes over the wire; `null`: nothing does. */
interface Sent {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly requestId: string;
}

async function answerQuery(
  service: Answering,
  request: IncomingMessage,
  search: URLSearchParams,
): Promise<Sent | null> {
  const answer = await service.answer(toQuery(request, search, await readBody(request)));
  return answer === null ? null : { ...answer, text: answer.xml, type: 'text/xml;charset=UTF-8' };
}

async function answerJson(service: JsonAnswering, request: IncomingMessage): Promise<Sent | null> {
  const body = await readBody(request);
  const target = request.headers['x-amz-target'];
  const signer = findSigner(request.headers.authorization, null);
  const answer = await service.answer({ target: typeof target === 'string' ? target : '', body, signer });
  return answer === null ? null : { ...answer, text: answer.json, type: 'application/x-amz-json-1.1' };
}

async function respond(
  answerTo: () => Promise<Sent | null>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const sent = await answerTo();
    if (sent === null) {
      request.socket.destroy();
      return;
    }
    response.writeHead(sent.status, { 'content-type': sent.type, 'x-amzn-requestid': sent.requestId });
    response.end(sent.text);
  } catch (thrown) {
    const why = refusal('MalformedQueryString', thrown instanceof Error ? thrown.message : String(thrown));
    response.writeHead(why.status, { 'content-type': 'text/xml;charset=UTF-8', connection: 'close' });
    response.end(writeRefusal(why, '00000000-0000-4000-8000-000000000000'));
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MOST_BYTES) throw new Error(`The request is larger than ${MOST_BYTES} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The service in the scope of the signature: `KEY/DATE/REGION/SERVICE/aws4_request`. */
function findService({ headers }: IncomingMessage, search: URLSearchParams): string {
  const credential = search.get('X-Amz-Credential') ?? headers.authorization ?? '';
  return /(?:^|Credential=)[^/,\s]+\/\d{8}\/[^/,\s]+\/([^/,\s]+)\//.exec(credential)?.[1] ?? 'ec2';
}

/** Parameters come in the body of a POST or, as the Query protocol also has it, in the address of a GET. */
function toQuery(request: IncomingMessage, search: URLSearchParams, body: string): QueryRequest {
  return {
    params: request.method === 'GET' ? search : new URLSearchParams(body),
    signer: findSigner(request.headers.authorization, search.get('X-Amz-Credential')),
    userAgent: request.headers['user-agent'] ?? '',
  };
}
