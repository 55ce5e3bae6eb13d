import { Duration } from 'aws-cdk-lib';

/** The two queues that feed `on-change`. */
export type Lane = 'event' | 'bulk';

/**
 * How long one invocation of `on-change` may take. A message may ask for the sweep of a whole scope, which is begun only while
 * there are 120 s left (shared/reconcile/deadline.ts), and the other messages of its batch come before it. Much longer would delay
 * what failed: it is hidden for six times as long.
 */
export const ON_CHANGE_TIMEOUT = Duration.minutes(5);

/** As many as Lambda takes without a batching window; of whatever number, each scope is read once. */
export const BATCH_SIZE = 10;

/** How a queue feeds `on-change`. */
interface Feed {
  /**
   * Batches that are handled at a time. It is bounded here and not by concurrency reserved for the function: what that turns
   * away was received, and after some such times it is dead without ever having been looked at
   * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html).
   */
  readonly concurrency: number;
  /** How long a batch waits to be filled. */
  readonly window: Duration;
}

/**
 * Both queues draw on EC2's 5 writes a second per action, account and region. Launches have most of the processes, so that a
 * backfill on the bulk queue does not keep them waiting.
 */
export const FEEDS: Readonly<Record<Lane, Feed>> = {
  // A launch is told of several times within a second: state, tags, interfaces. In one batch they cost one read.
  event: { concurrency: 5, window: Duration.seconds(1) },
  // It comes in chunks that are as large as they should be.
  bulk: { concurrency: 2, window: Duration.seconds(0) },
};
