import * as v from 'valibot';
import { type Finding, ok, warn } from '../../../command/finding.ts';
import { type Sight, unknown } from './aws-cli.ts';

const Limits = v.object({ AccountLimit: v.object({ UnreservedConcurrentExecutions: v.number() }) });

/** What runs at a time at most: what the queues feed (limits.ts, which would load the CDK), a sweep and a person. */
export const WANTED = 5 + 2 + 1 + 1;

/** Whether Lambda has room: young accounts have ten executions (https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html). */
export async function checkConcurrency({ aws }: Sight): Promise<Finding> {
  const asked = await aws(Limits, ['lambda', 'get-account-settings']);
  if (asked.kind === 'refused') return unknown('the concurrency of Lambda', asked.said);
  const room = asked.value.AccountLimit.UnreservedConcurrentExecutions;
  if (room >= 2 * WANTED) return ok(`Lambda runs ${room} at a time, and this takes ${WANTED} at most`);
  return warn(
    `Lambda runs ${room} at a time in this account and region, and this takes up to ${WANTED} of them`,
    'ask for more in Service Quotas (Lambda, Concurrent executions), or other functions will be throttled',
  );
}
