import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { namesOf } from '../names.ts';

/** Who is told of alarms. */
export type Notify =
  | { readonly kind: 'email'; readonly address: string }
  /** A topic of the user's own. */
  | { readonly kind: 'topic'; readonly arn: string };

/** What alarms and the dashboard look at: the parts of the main stack that can fail. */
export interface Watched {
  readonly names: ReturnType<typeof namesOf>;
  readonly functions: Readonly<Record<'onChange' | 'sweep' | 'resync', IFunction>>;
  readonly queues: Readonly<Record<'event' | 'bulk', IQueue>>;
  /** Where work ends that nobody could do; `undelivered` holds events and invocations that never reached a queue or function. */
  readonly deadLetters: Readonly<Record<'event' | 'bulk' | 'undelivered', IQueue>>;
  readonly sweepMinutes: number;
  /** `null`: alarms are raised and nobody is told. */
  readonly notify: Notify | null;
}
