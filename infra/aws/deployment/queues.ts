import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps, RedrivePermission } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { FEEDS, ON_CHANGE_TIMEOUT, type Lane } from './limits.ts';
import { toLogicalId } from '../logical-id.ts';
import { argueException } from '../nag.ts';
import type { namesOf } from '../names.ts';

/** The queues of a deployment, and where what they and the functions could not do ends. */
export interface Queues {
  readonly work: Readonly<Record<Lane, Queue>>;
  readonly deadLetters: Readonly<Record<Lane | 'undelivered', Queue>>;
}

/** Encrypted with a key of SQS, which EventBridge may use without a policy for it; reached by TLS only. */
const PRIVATE = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true } as const satisfies QueueProps;

/** Work that is older has long been found again by sweeps. A dead letter's age counts from when it was first sent. */
const WORK_KEPT = Duration.days(1);

/** The longest that SQS keeps a message: a person has to come and see it. */
const DEAD_KEPT = Duration.days(14);

/**
 * At least five, so that a message is not given up that was received and then not handled because Lambda throttled the function
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html). What there was no time or pace for is put back as
 * a message of its own and has failed at nothing.
 */
const MOST_DELIVERIES = 5;

export function addQueues(scope: Construct, names: ReturnType<typeof namesOf>): Queues {
  const event = addWorkQueue(scope, names, 'event');
  const bulk = addWorkQueue(scope, names, 'bulk');
  const undelivered = addUndelivered(scope, names);
  return {
    work: { event: event.queue, bulk: bulk.queue },
    deadLetters: { event: event.dead, bulk: bulk.dead, undelivered },
  };
}

/** A queue that feeds `on-change`, and the one for what failed too often. */
function addWorkQueue(scope: Construct, names: ReturnType<typeof namesOf>, lane: Lane) {
  const dead = new Queue(scope, toLogicalId(`${lane}-dead-letters`), {
    ...PRIVATE,
    queueName: names.deadLetters[lane],
    retentionPeriod: DEAD_KEPT,
  });
  const queue = new Queue(scope, toLogicalId(`${lane}-queue`), {
    ...PRIVATE,
    queueName: names.queues[lane],
    retentionPeriod: WORK_KEPT,
    visibilityTimeout: hiddenFor(lane),
    deadLetterQueue: { queue: dead, maxReceiveCount: MOST_DELIVERIES },
  });
  return { queue, dead };
}

/** Six times the function's timeout, and the batching window: time to try a throttled batch again (the document above). */
const hiddenFor = (lane: Lane): Duration =>
  Duration.seconds(6 * ON_CHANGE_TIMEOUT.toSeconds() + FEEDS[lane].window.toSeconds());

/** What EventBridge could not deliver, and invocations that failed for good. No queue may have it as its dead letters. */
function addUndelivered(scope: Construct, names: ReturnType<typeof namesOf>): Queue {
  const queue = new Queue(scope, 'Undelivered', {
    ...PRIVATE,
    queueName: names.deadLetters.undelivered,
    retentionPeriod: DEAD_KEPT,
    redriveAllowPolicy: { redrivePermission: RedrivePermission.DENY_ALL },
  });
  argueException(queue, 'It is itself where things end: nothing receives from it but a person.', 'AwsSolutions-SQS3');
  return queue;
}
