import { Duration } from 'aws-cdk-lib';
import { type EventPattern, type EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import { patternOf, TRIGGERS, type Pattern, type Trigger } from '../../../lambdas/triggers.ts';
import { toLogicalId } from '../logical-id.ts';
import type { namesOf } from '../names.ts';
import type { LaunchHooks } from '../policies.ts';
import type { Queues } from './queues.ts';

/**
 * An event is tried for an hour, however often, before it counts as undelivered; EventBridge would try for a day
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html). By then sweeps have found what it was about.
 */
const TRIED_FOR = Duration.hours(1);

/** What rules on every bus have in common. */
export interface Watching {
  readonly names: ReturnType<typeof namesOf>;
  readonly launchHooks: LaunchHooks;
  readonly queues: Queues;
}

/**
 * Rules that put events of one bus on the event queue: one for each trigger, generated from the table by which the Lambdas read
 * them. Events are delivered whole, so that nothing that is read of them can be forgotten here.
 * @param bus `null`: the account's own, on which AWS tells what happens there.
 */
export function addEventRules(
  scope: Construct,
  bus: EventBus | null,
  { names, launchHooks, queues }: Watching,
): readonly Rule[] {
  const target = new SqsQueue(queues.work.event, {
    deadLetterQueue: queues.deadLetters.undelivered,
    maxEventAge: TRIED_FOR,
  });
  return triggersFor(launchHooks).map(
    (trigger) =>
      new Rule(scope, toLogicalId(trigger.name), {
        ruleName: `${names.stack}-${trigger.name}`,
        description: `tapkeeper: ${trigger.name} events are looked at`,
        ...(bus === null ? {} : { eventBus: bus }),
        eventPattern: toEventPattern(patternOf(trigger, [names.role, names.memberRole])),
        targets: [target],
      }),
  );
}

/** The schedule is a rule of its own, without a pattern. A launch hook that nobody completes is not heard either. */
const triggersFor = (launchHooks: LaunchHooks): readonly Trigger[] =>
  TRIGGERS.filter(({ name }) => name !== 'schedule' && (name !== 'instance-launch' || launchHooks === 'completed'));

const toEventPattern = ({ source, 'detail-type': detailType, detail }: Pattern): EventPattern => ({
  source: [...source],
  detailType: [...detailType],
  ...(detail === undefined ? {} : { detail }),
});
