import { Fault } from '../shared/fault.ts';
import type { WorkQueues } from '../shared/ports.ts';
import type { Work } from '../shared/work.ts';

/** One message of a batch. */
export interface QueueEntry {
  readonly id: string;
  readonly body: string;
  readonly delaySeconds: number;
}

/** Sends at most {@link BATCH_ENTRIES} messages; gives the ids of those that were refused, with the queue's code of one. */
export type SendBatch = (
  queueUrl: string,
  entries: readonly QueueEntry[],
) => Promise<{ readonly refused: readonly string[]; readonly code: string | null }>;

/* https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const BATCH_ENTRIES = 10;
const LONGEST_DELAY_SECONDS = 900;
/** A batch may hold 1 MiB; a quarter was the limit for most of the service's life, and is still that of some queues. */
const BATCH_BYTES = 256 * 1024;

/** Bodies in batches that the queue takes. */
export function toBatches(bodies: readonly string[]): string[][] {
  const batches: string[][] = [];
  let bytes = 0;
  for (const body of bodies) {
    const size = Buffer.byteLength(body);
    const last = batches.at(-1);
    if (last === undefined || last.length === BATCH_ENTRIES || bytes + size > BATCH_BYTES) {
      batches.push([body]);
      bytes = size;
    } else {
      last.push(body);
      bytes += size;
    }
  }
  return batches;
}

const clampDelay = (seconds: number): number => Math.min(Math.max(Math.ceil(seconds), 0), LONGEST_DELAY_SECONDS);

/** The two queues of a deployment; a missing URL is a fault when something is to be sent there. */
export function workQueues(
  urls: { readonly event: string | null; readonly bulk: string | null },
  send: SendBatch,
): WorkQueues {
  return {
    async send(queue, work, delaySeconds) {
      const url = urls[queue];
      if (url === null) {
        const setting = queue === 'event' ? 'TAPKEEPER_EVENT_QUEUE_URL' : 'TAPKEEPER_BULK_QUEUE_URL';
        throw new Fault('config-invalid', `queueing ${work.length} pieces of work: ${setting} is not set; set it`);
      }
      for (const batch of toBatches(work.map((piece: Work) => JSON.stringify(piece)))) {
        const entries = batch.map((body, at) => ({ id: String(at), body, delaySeconds: clampDelay(delaySeconds) }));
        const { refused, code } = await send(url, entries);
        if (refused.length === 0) continue;
        const what = `queueing work on the ${queue} queue: ${refused.length} of ${batch.length} messages were refused`;
        throw new Fault('unreachable', `${what} (${code ?? 'no code'}); the sweep finds what was lost`);
      }
    },
  };
}
