import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { AwsCloud } from '../../../local/aws/aws-cloud.ts';
import { localSqsClient } from '../../../local/aws/queues.ts';
import { endAfterTest } from './rig.ts';

/** A rule that lets everything through. */
export const EVERYTHING = { everything: { account: [{ exists: true }] } };

export type Event = Readonly<Record<string, unknown>> & { readonly detail: Readonly<Record<string, unknown>> };

/** Takes everything that waits on the event queue. */
export async function takeEvents(cloud: AwsCloud): Promise<readonly Event[]> {
  await cloud.idle();
  const client = localSqsClient(cloud.sqsEndpoint, cloud.region, { accessKeyId: 'a', secretAccessKey: 'b' });
  endAfterTest(async () => client.destroy());
  const events: Event[] = [];
  for (;;) {
    const command = new ReceiveMessageCommand({ QueueUrl: cloud.queues.event.url, MaxNumberOfMessages: 10 });
    const { Messages } = await client.send(command);
    if (!Messages?.length) return events;
    events.push(...Messages.map(({ Body }) => JSON.parse(Body ?? '') as Event));
  }
}
