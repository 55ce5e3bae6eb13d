import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { LASTING, NOTHING, runbook, SOON, type Warning } from './warning.ts';
import type { Watched } from './watched.ts';

/** How long work may wait, by queue. */
const WAITS = {
  // An event is handled within seconds, and a launch counts on it.
  event: Duration.minutes(5),
  // The largest backfill that the runbook reckons with takes one hour; this is twice as much.
  bulk: Duration.hours(2),
} as const;

export function queueWarnings({ queues, deadLetters }: Watched): readonly Warning[] {
  return [
    ...(['event', 'bulk'] as const).map((lane) => deadWarning(`dead-letters-${lane}`, deadLetters[lane], lane)),
    {
      ...deadWarning('undelivered', deadLetters.undelivered, 'undelivered'),
      means: 'An event did not reach the queue, or a sweep or an asynchronous call failed in all of its attempts.',
    },
    ...(['event', 'bulk'] as const).map((lane) => waitWarning(lane, queues[lane])),
  ];
}

/** Dead letters stay until a person has looked, and so does the alarm: it is about what is there, not about what came. */
const deadWarning = (name: string, queue: IQueue, lane: string): Warning => ({
  name,
  metric: queue.metricApproximateNumberOfMessagesVisible({ period: SOON, statistic: 'Maximum' }),
  unless: NOTHING,
  periods: 1,
  // A queue that nothing happens to has no metrics after some hours.
  missing: 'is-well',
  means: `Messages of the ${lane} queue failed five times and were given up; the next sweep finds what they were about.`,
  remedy: `Find the fault in the journal, then send them again or delete them: ${runbook('Dead letters')}.`,
});

/**
 * What failed is hidden for half an hour and grows old in it by rights. So the age counts only while messages have been waiting all
 * the time: nobody takes them, or more come than can be handled.
 */
const waitWarning = (lane: keyof typeof WAITS, queue: IQueue): Warning => ({
  name: `waiting-${lane}`,
  metric: new MathExpression({
    expression: 'IF(waiting > 0, age, 0)',
    usingMetrics: {
      age: queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum' }),
      waiting: queue.metricApproximateNumberOfMessagesVisible({ statistic: 'Minimum' }),
    },
    period: SOON,
    label: `age of what waits in the ${lane} queue`,
  }),
  unless: { kind: 'at-most', value: WAITS[lane].toSeconds() },
  periods: LASTING,
  missing: 'is-well',
  means: `The ${lane} queue is not worked off: its oldest message is older than ${WAITS[lane].toMinutes()} minutes, and some wait all the time.`,
  remedy: `See whether on-change runs and whether the cloud throttles: ${runbook('Throttling and backfill')}.`,
});

export function functionWarnings({ functions, sweepMinutes }: Watched): readonly Warning[] {
  const { onChange, sweep, resync } = functions;
  return [
    errorWarning('on-change', onChange, { period: SOON, periods: LASTING }, 'Its messages end as dead letters.'),
    // Lambda tries once more, a minute later; then the clock does.
    errorWarning(
      'sweep',
      sweep,
      { period: Duration.minutes(sweepMinutes), periods: LASTING },
      'Nothing repairs what events did not tell.',
    ),
    // People call it, not often: what can be answered is answered, so an error is a defect.
    errorWarning('resync', resync, { period: SOON, periods: 1 }, 'Whoever called it got no answer.'),
    throttleWarning('on-change', onChange),
    throttleWarning('resync', resync),
  ];
}

/** Errors of a function; timeouts are among them. */
const errorWarning = (
  name: string,
  lambda: IFunction,
  { period, periods }: { readonly period: Duration; readonly periods: number },
  consequence: string,
): Warning => ({
  name: `errors-${name}`,
  metric: lambda.metricErrors({ period, statistic: 'Sum' }),
  unless: NOTHING,
  periods,
  // A function that was not called has no metrics.
  missing: 'is-well',
  means: `The function ${name} ends with errors or at its time limit. ${consequence}`,
  remedy: `Read its log, and the faults in the journal: ${runbook('Faults')}.`,
});

/** The queues bound how many run, so only the account's own limit throttles; EventBridge and SQS try again. */
const throttleWarning = (name: string, lambda: IFunction): Warning => ({
  name: `throttles-${name}`,
  metric: lambda.metricThrottles({ period: SOON, statistic: 'Sum' }),
  unless: NOTHING,
  periods: LASTING,
  missing: 'is-well',
  means: `Lambda has had no room to run ${name} for a quarter of an hour: the account's concurrency is used up.`,
  remedy: `Find what else uses it, or ask for more: ${runbook('Throttling and backfill')}.`,
});
