import { Aws, type CfnCondition, type Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { CfnRole, PolicyDocument, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { patternOf, TRIGGERS, type Trigger } from '../../../lambdas/triggers.ts';
import { toLogicalId } from '../logical-id.ts';
import type { MemberParameters } from './member-parameters.ts';
import type { namesOf } from '../names.ts';

/** Sweeps are asked for where tapkeeper is; everything else happens where the machines are. */
const FORWARDED: readonly Trigger[] = TRIGGERS.filter(({ name }) => name !== 'schedule');

/**
 * Rules that forward what happens here to tapkeeper's event bus. EventBridge tries for a day
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html); what it could not deliver is not kept,
 * as the next sweep finds what the event was about.
 */
export function addForwarding(
  stack: Stack,
  names: ReturnType<typeof namesOf>,
  { centralAccount, centralRegion }: MemberParameters,
  completesHooks: CfnCondition,
): void {
  const bus = `arn:${Aws.PARTITION}:events:${centralRegion}:${centralAccount}:event-bus/${names.bus}`;
  const role = addForwardingRole(stack, names, bus);
  for (const trigger of FORWARDED) {
    const rule = new CfnRule(stack, `Forward${toLogicalId(trigger.name)}`, {
      name: `${names.stack}-${trigger.name}`,
      description: `tapkeeper: forwards ${trigger.name} events to the account and region that keep this one`,
      eventPattern: patternOf(trigger, [names.role, names.memberRole]),
      state: 'ENABLED',
      targets: [{ id: 'bus', arn: bus, roleArn: role.attrArn }],
    });
    if (trigger.name === 'instance-launch') rule.cfnOptions.condition = completesHooks;
  }
}

/**
 * The role in which EventBridge puts events on the bus, for these rules only
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html). It has no name of its
 * own: there is one in each region.
 */
function addForwardingRole(stack: Stack, names: ReturnType<typeof namesOf>, bus: string): CfnRole {
  const rules = `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/${names.stack}-*`;
  return new CfnRole(stack, 'ForwardingRole', {
    description: 'Lets EventBridge forward events to tapkeeper.',
    assumeRolePolicyDocument: new PolicyDocument({
      statements: [
        new PolicyStatement({
          principals: [new ServicePrincipal('events.amazonaws.com')],
          actions: ['sts:AssumeRole'],
          conditions: {
            StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
            ArnLike: { 'aws:SourceArn': rules },
          },
        }),
      ],
    }),
    policies: [
      {
        policyName: 'forward',
        policyDocument: new PolicyDocument({
          statements: [new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus] })],
        }),
      },
    ],
  });
}
