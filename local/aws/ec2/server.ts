import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { findSigner } from '../identity.ts';
import type { Endpoint, QueryRequest } from './endpoint.ts';
import { refusal } from './errors.ts';
import { writeRefusal } from './write.ts';

/** EC2 takes form posts of up to 1 MB; more is somebody's mistake. */
const MOST_BYTES = 1_048_576;

/** The HTTP side of the endpoint: forms in, XML out. */
export const createQueryServer = (endpoint: Endpoint): Server =>
  createServer((request, response) => {
    void respond(endpoint, request, response);
  });

async function respond(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await readBody(request);
    const { status, xml, requestId } = endpoint.answer(toQuery(request, body));
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

/** Parameters come in the body of a POST or, as the Query protocol also has it, in the address of a GET. */
function toQuery(request: IncomingMessage, body: string): QueryRequest {
  const search = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const params = request.method === 'GET' ? search : new URLSearchParams(body);
  return {
    params,
    signer: findSigner(request.headers.authorization, search.get('X-Amz-Credential')),
    userAgent: request.headers['user-agent'] ?? '',
  };
}
