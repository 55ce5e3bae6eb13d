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

/** EC2 takes form posts of up to 1 MB; more is somebody's mistake. */
const MOST_BYTES = 1_048_576;

/** The HTTP side of the cloud: forms in, XML out. A request goes to the service that it is signed for; to EC2 otherwise. */
export const createQueryServer = (
  ec2: Answering,
  services: readonly (Answering & { readonly name: string })[] = [],
): Server => {
  const byName = new Map(services.map((service) => [service.name, service]));
  return createServer((request, response) => {
    void respond((name) => byName.get(name) ?? ec2, request, response);
  });
};

async function respond(
  serviceOf: (name: string) => Answering,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const body = await readBody(request);
    const search = new URL(request.url ?? '/', 'http://localhost').searchParams;
    const answer = await serviceOf(findService(request, search)).answer(toQuery(request, search, body));
    if (answer === null) {
      request.socket.destroy();
      return;
    }
    const { status, xml, requestId } = answer;
    response.writeHead(status, { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId });
    response.end(xml);
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
