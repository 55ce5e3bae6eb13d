import type { Message } from '@aws-sdk/client-sqs';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Queue } from './queues.ts';
import type { Activity } from './settling.ts';

/** A handler of queue messages, as Lambda calls it. */
export type QueueHandler = (event: object) => Promise<unknown>;

export interface PollerOptions {
  readonly client: SQSClient;
  readonly queue: Queue;
  readonly region: string;
  readonly handler: QueueHandler;
  /** How many messages one invocation gets at most. */
  readonly batchSize: number;
  /** How long a batch waits to be filled. */
  readonly batchWindowMs: number;
  /** How many batches are handled at a time. */
  readonly concurrency: number;
  readonly activity: Activity;
  /** Told of an invocation that threw; its messages come back. */
  readonly failed: (queue: Queue, thrown: unknown) => void;
}

/** As many as one receive gives. */
const RECEIVED_AT_ONCE = 10;

/** So that a queue that does not answer is not asked without a pause. */
const AFTER_FAILURE_MS = 50;

/** The longest poll that SQS allows. */
const LONG_POLL_SECONDS = 20;

/**
 * The event source mapping of Lambda for one queue: long polls, handles so many batches at a time, deletes what succeeded and
 * leaves the rest to its visibility timeout (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).
 * Returns what stops it, once nothing is handled any more.
 */
export function startPoller(options: PollerOptions): () => Promise<void> {
  const stopping = new AbortController();
  const polling = poll(options, stopping.signal);
  return async () => {
    stopping.abort();
    await polling;
  };
}

async function poll(options: PollerOptions, signal: AbortSignal): Promise<void> {
  const running = new Set<Promise<void>>();
  while (!signal.aborted) {
    // Nothing is received that nobody would handle: its visibility timeout would run.
    if (running.size >= options.concurrency) await Promise.race(running);
    const batch = await nextBatch(options, signal);
    if (batch.length === 0) continue;
    const handling = options.activity
      .track(handle(options, batch))
      .catch((thrown: unknown) => options.failed(options.queue, thrown))
      .finally(() => running.delete(handling));
    running.add(handling);
  }
  await Promise.all(running);
}

/** The next batch; an empty one when there was none to be had in a while. */
async function nextBatch(options: PollerOptions, signal: AbortSignal): Promise<readonly Message[]> {
  try {
    const first = await receive(options, LONG_POLL_SECONDS, options.batchSize, signal);
    return first.length === 0 ? [] : await fill(options, first, signal);
  } catch (thrown) {
    if (signal.aborted) return [];
    options.failed(options.queue, thrown);
    await sleep(AFTER_FAILURE_MS);
    return [];
  }
}

async function handle(options: PollerOptions, batch: readonly Message[]): Promise<void> {
  const answer = await options.handler(toSqsEvent(options, batch));
  await deleteAll(options, succeededIn(batch, answer));
}

/** Waits for the batch window, unless the batch is full at once. */
async function fill(
  options: PollerOptions,
  first: readonly Message[],
  signal: AbortSignal,
): Promise<readonly Message[]> {
  const batch = [...first];
  if (batch.length < options.batchSize) await sleep(options.batchWindowMs);
  while (batch.length < options.batchSize) {
    const more = await receive(options, 0, options.batchSize - batch.length, signal);
    if (more.length === 0) break;
    batch.push(...more);
  }
  return batch;
}

const sleep = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

async function receive(
  { client, queue }: PollerOptions,
  WaitTimeSeconds: number,
  wanted: number,
  abortSignal: AbortSignal,
): Promise<readonly Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queue.url,
    MaxNumberOfMessages: Math.min(wanted, RECEIVED_AT_ONCE),
    WaitTimeSeconds,
    MessageSystemAttributeNames: ['All'],
  });
  const { Messages } = await client.send(command, { abortSignal });
  return Messages ?? [];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
const toSqsEvent = ({ queue, region }: PollerOptions, batch: readonly Message[]): object => ({
  Records: batch.map((message) => ({
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: {},
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queue.arn,
    awsRegion: region,
  })),
});

/** A failure that names no message of the batch fails the whole batch; nothing, or an empty list, fails none. */
function succeededIn(batch: readonly Message[], answer: unknown): readonly Message[] {
  const failures = findFailures(answer);
  const ids = new Set(batch.map(({ MessageId }) => MessageId));
  if (failures.some((id) => !ids.has(id))) return [];
  return batch.filter(({ MessageId }) => MessageId !== undefined && !failures.includes(MessageId));
}

function findFailures(answer: unknown): readonly string[] {
  const listed = fieldOf(answer, 'batchItemFailures');
  return Array.isArray(listed) ? listed.map((item: unknown) => String(fieldOf(item, 'itemIdentifier'))) : [];
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;

async function deleteAll({ client, queue }: PollerOptions, messages: readonly Message[]): Promise<void> {
  for (let at = 0; at < messages.length; at += RECEIVED_AT_ONCE) {
    const Entries = messages
      .slice(at, at + RECEIVED_AT_ONCE)
      .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
  }
}
