import type { Context } from 'aws-lambda';
import type { Clock } from '../shared/ports.ts';

/** What Lambda says of an invocation that is looked at here. */
export type Remaining = Pick<Context, 'getRemainingTimeInMillis'>;

/** When Lambda ends the invocation whatever it is doing; `null` when nobody says. */
export const endOf = (clock: Clock, context: Remaining | undefined): number | null =>
  context === undefined ? null : clock.now() + context.getRemainingTimeInMillis();
