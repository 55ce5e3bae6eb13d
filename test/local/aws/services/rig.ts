import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { AwsCloud } from '../../../../local/aws/aws-cloud.ts';
import { localSqsClient } from '../../../../local/aws/queues.ts';
import type { Clock } from '../../../../shared/ports.ts';

/** A clock that stands until it is advanced. */
export function createClock(): Clock & { readonly advance: (byMs: number) => void } {
  let nowMs = Date.UTC(2026, 0, 1);
  return { now: () => nowMs, advance: (byMs) => void (nowMs += byMs) };
}

/** What waits in the event queue of a cloud that nobody else receives from. */
export async function drain(cloud: AwsCloud): Promise<readonly unknown[]> {
  const client = localSqsClient(cloud.sqsEndpoint, cloud.region, { accessKeyId: 'a', secretAccessKey: 'b' });
  const bodies: unknown[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: cloud.queues.event.url, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 }),
    );
    if (Messages.length === 0) break;
    bodies.push(...Messages.map(({ Body }) => JSON.parse(Body ?? 'null') as unknown));
  }
  client.destroy();
  return bodies;
}
