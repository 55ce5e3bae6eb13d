import type { Activity } from './activity.ts';
import type { LocalClock } from './clock.ts';
import { newDisturber, type Disturbance, type Disturbed } from './event-grid/disturbance.ts';
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
  /** Disturbs what passes the filter from now on; `null`: no more. Returns counts that go on counting. */
  disturb(disturbance: Disturbance | null): Disturbed;
  /** How many events were published, and how many the subscriber was given. */
  counts(): { readonly published: number; readonly delivered: number };
  stop(): Promise<void>;
}

interface Options {
  readonly schema: EventSchema;
  readonly filter: EventFilter;
  readonly activity: Activity;
  readonly clock: LocalClock;
  readonly subscriber: Subscriber;
  /** What could not be delivered, in words; never the event. */
  readonly onFailure: (why: string) => void;
}

/** A topic's public address; the publisher refuses to talk to plain HTTP, so it is rewritten on the way. */
const TOPIC_ENDPOINT = 'https://tapkeeper.eastus-1.eventgrid.azure.net';
const ACCESS_KEY = 'local';
const LARGEST_BATCH = 100;

type Publish = (events: readonly SubscriptionEvent[]) => Promise<void>;

/** The official publisher, loaded with the first event. */
async function newPublisher(schema: EventSchema, endpoint: string): Promise<Publish> {
  const { AzureKeyCredential, EventGridPublisherClient } = await import('@azure/eventgrid');
  const url = `${TOPIC_ENDPOINT}/api/events`;
  const credential = new AzureKeyCredential(ACCESS_KEY);
  const options = { httpClient: rewritingHttpClient(TOPIC_ENDPOINT, endpoint) };
  if (schema === 'EventGridSchema') {
    const client = new EventGridPublisherClient(url, 'EventGrid', credential, options);
    return (events) => client.send(events.map(toEventGridEvent));
  }
  const client = new EventGridPublisherClient(url, 'CloudEvent', credential, options);
  return (events) => client.send(events.map(toCloudEvent));
}

const toEventGridEvent = ({ id, topic, subject, type, at, data }: SubscriptionEvent) => ({
  id,
  topic,
  subject,
  eventType: type,
  eventTime: at,
  dataVersion: '2',
  data,
});

const toCloudEvent = ({ id, topic, subject, type, at, data }: SubscriptionEvent) => ({
  id,
  source: topic,
  subject,
  type,
  time: at,
  data,
});

const copies = (mishap: Mishap | null): number => (mishap === 'lost' ? 0 : mishap === 'twice' ? 2 : 1);

/** Event Grid in small: published by the official client over HTTP, filtered as the service filters, delivered one by one. */
export async function startEventGrid(options: Options): Promise<EventGrid> {
  const { schema, filter, activity, clock, subscriber } = options;
  const mishaps: Mishap[] = [];
  let published = 0;
  let delivered = 0;

  const say = (thrown: unknown): void => options.onFailure(thrown instanceof Error ? thrown.message : String(thrown));
  const disturber = newDisturber(
    async (event) => {
      await subscriber(event);
      delivered += 1;
    },
    { clock, activity, onFailure: say },
  );

  const topic = await listenAsTopic(schema, ACCESS_KEY, async (event) => {
    if (!matches(event, filter)) return;
    for (let left = copies(mishaps.shift() ?? null); left > 0; left -= 1) {
      await disturber.deliver(event);
    }
  });
  let publisher: Promise<Publish> | null = null;
  let waiting: SubscriptionEvent[] = [];
  let sending: Promise<void> | null = null;

  /** Sends what waits, a batch at a time, in the order in which it happened. */
  async function sendAll(): Promise<void> {
    const publish = await (publisher ??= newPublisher(schema, topic.endpoint));
    while (waiting.length > 0) {
      const batch = waiting.slice(0, LARGEST_BATCH);
      waiting = waiting.slice(LARGEST_BATCH);
      await publish(batch);
    }
  }

  function startSending(): void {
    if (sending !== null) return;
    const leave = activity.enter();
    sending = sendAll()
      .catch(say)
      .finally(() => {
        sending = null;
        if (waiting.length > 0) startSending();
        leave();
      });
  }

  return {
    publish(event) {
      published += 1;
      waiting.push(event);
      startSending();
    },
    befall: (mishap) => void mishaps.push(mishap),
    disturb: (disturbance) => disturber.disturb(disturbance),
    counts: () => ({ published, delivered }),
    stop: () => topic.close(),
  };
}
