import type { Activity } from './activity.ts';
import { matches, type EventFilter } from './event-grid/filter.ts';
import { listenAsTopic } from './event-grid/topic.ts';
import { rewritingHttpClient } from './rewriting-http-client.ts';
import type { EventSchema, SubscriptionEvent } from './subscription-event.ts';

/** Where an event subscription delivers to. */
export type Subscriber = (event: unknown) => Promise<void>;

/** What the next event meets on its way. Event Grid delivers at least once, and in no order. */
export type Mishap = 'lost' | 'twice';

/** A subscription's system topic with one event subscription. */
export interface EventGrid {
  /** Publishes an event; it is delivered some time later. */
  publish(event: SubscriptionEvent): void;
  /** Lets something happen to the next event that passes the filter. */
  befall(mishap: Mishap): void;
  /** How many events were published, and how many the subscriber was given. */
  counts(): { readonly published: number; readonly delivered: number };
  stop(): Promise<void>;
}

interface Options {
  readonly schema: EventSchema;
  readonly filter: EventFilter;
  readonly activity: Activity;
  readonly subscriber: Subscriber;
  /** What could not be delivered, in words; never the event. */
  readonly onFailure: (why: string) => void;
}

/** A topic's public address; the publisher refuses to talk to plain HTTP, so it is rewritten on the way. */
const TOPIC_ENDPOINT = 'https://tapkeeper.eastus-1.eventgrid.azure.net';
const ACCESS_KEY = 'local';

type Publish = (event: SubscriptionEvent) => Promise<void>;

/** The official publisher, loaded with the first event: it costs more to load than the rest of the local cloud. */
async function newPublisher(schema: EventSchema, endpoint: string): Promise<Publish> {
  const { AzureKeyCredential, EventGridPublisherClient } = await import('@azure/eventgrid');
  const url = `${TOPIC_ENDPOINT}/api/events`;
  const credential = new AzureKeyCredential(ACCESS_KEY);
  const options = { httpClient: rewritingHttpClient(TOPIC_ENDPOINT, endpoint) };
  if (schema === 'EventGridSchema') {
    const client = new EventGridPublisherClient(url, 'EventGrid', credential, options);
    return ({ id, topic, subject, type, at, data }) =>
      client.send([{ id, topic, subject, eventType: type, eventTime: at, dataVersion: '2', data }]);
  }
  const client = new EventGridPublisherClient(url, 'CloudEvent', credential, options);
  return ({ id, topic, subject, type, at, data }) =>
    client.send([{ id, source: topic, subject, type, time: at, data }]);
}

const copies = (mishap: Mishap | null): number => (mishap === 'lost' ? 0 : mishap === 'twice' ? 2 : 1);

/** Event Grid in small: published by the official client over HTTP, filtered as the service filters, delivered one by one. */
export async function startEventGrid(options: Options): Promise<EventGrid> {
  const { schema, filter, activity, subscriber } = options;
  const mishaps: Mishap[] = [];
  let published = 0;
  let delivered = 0;

  const topic = await listenAsTopic(schema, ACCESS_KEY, async (event) => {
    if (!matches(event, filter)) return;
    for (let left = copies(mishaps.shift() ?? null); left > 0; left -= 1) {
      await subscriber(event);
      delivered += 1;
    }
  });
  let publisher: Promise<Publish> | null = null;

  const send = async (event: SubscriptionEvent): Promise<void> => {
    publisher ??= newPublisher(schema, topic.endpoint);
    await (
      await publisher
    )(event);
  };

  return {
    publish(event) {
      published += 1;
      const leave = activity.enter();
      send(event)
        .catch((thrown: unknown) => options.onFailure(thrown instanceof Error ? thrown.message : String(thrown)))
        .finally(leave);
    },
    befall: (mishap) => void mishaps.push(mishap),
    counts: () => ({ published, delivered }),
    stop: () => topic.close(),
  };
}
