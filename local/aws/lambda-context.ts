import { randomUUID } from 'node:crypto';
import type { Clock } from '../../shared/ports.ts';

/** What of Lambda's context the handlers may use: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html. */
export interface LambdaContext {
  readonly functionName: string;
  readonly awsRequestId: string;
  readonly getRemainingTimeInMillis: () => number;
}

/** One function: its name, and how long an invocation may take by a clock. */
export interface LambdaFunction {
  readonly name: string;
  readonly timeoutSeconds: number;
  readonly clock: Clock;
}

/**
 * Runs one invocation. What took longer than it may has failed, whatever it did: Lambda would have ended it at its deadline, and
 * what invoked it would never have had the answer.
 */
export async function invoke<Answer>(
  { name, timeoutSeconds, clock }: LambdaFunction,
  run: (context: LambdaContext) => Promise<Answer>,
): Promise<Answer> {
  const endsAtMs = clock.now() + timeoutSeconds * 1000;
  const answer = await run({
    functionName: name,
    awsRequestId: randomUUID(),
    getRemainingTimeInMillis: () => Math.max(0, endsAtMs - clock.now()),
  });
  if (clock.now() > endsAtMs) throw new Error(`${name}: Task timed out after ${timeoutSeconds} seconds`);
  return answer;
}
