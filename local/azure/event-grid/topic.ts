import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen, type Listening } from '../listen.ts';
import type { EventSchema } from '../subscription-event.ts';

/** What a topic passes on: one event of a batch, as a subscriber gets it. */
export type Delivery = (event: unknown) => Promise<void>;

/** Each schema is published with a content type of its own (https://learn.microsoft.com/azure/event-grid/cloud-event-schema). */
const CONTENT_TYPES: Readonly<Record<EventSchema, string>> = {
  EventGridSchema: 'application/json',
  CloudEventSchemaV1_0: 'application/cloudevents-batch+json',
};

const ACCESS_KEY_HEADER = 'aeg-sas-key';

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
}

/** The service adds what a publisher in the Event Grid schema does not set. */
const complete = (event: unknown, schema: EventSchema): unknown =>
  schema === 'EventGridSchema' && typeof event === 'object' ? { ...event, metadataVersion: '1' } : event;

/** A topic's endpoint on loopback that takes batches in one schema and passes on their events one by one. */
export function listenAsTopic(schema: EventSchema, accessKey: string, deliver: Delivery): Promise<Listening> {
  async function take(request: IncomingMessage): Promise<number> {
    if (request.headers[ACCESS_KEY_HEADER] !== accessKey) return 401;
    if (!(request.headers['content-type'] ?? '').startsWith(CONTENT_TYPES[schema])) return 415;
    const batch = await readJson(request);
    if (!Array.isArray(batch)) return 400;
    await Promise.all(batch.map((event) => deliver(complete(event, schema))));
    return 200;
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const status = await take(request).catch(() => 500);
    response.writeHead(status).end();
  };
  return listen(
    createServer((request, response) => void handle(request, response)),
    0,
    'the Event Grid topic',
  );
}
