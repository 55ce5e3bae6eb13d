import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { namesOf } from '../names.ts';

/** What the schedule needs. */
export interface Sweeping {
  readonly names: ReturnType<typeof namesOf>;
  readonly sweep: IFunction;
  readonly sweepMinutes: number;
  readonly undelivered: IQueue;
}

/** A sweep by the clock, which finds all that events did not tell. One that cannot be started in time is left to the next. */
export function addSchedule(scope: Construct, { names, sweep, sweepMinutes, undelivered }: Sweeping): Rule {
  const every = Duration.minutes(sweepMinutes);
  return new Rule(scope, 'Schedule', {
    ruleName: `${names.stack}-schedule`,
    description: 'tapkeeper: sweeps everything that is kept',
    schedule: Schedule.rate(every),
    targets: [new LambdaFunction(sweep, { deadLetterQueue: undelivered, maxEventAge: every })],
  });
}
