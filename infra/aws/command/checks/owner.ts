import * as v from 'valibot';
import { Fault } from '../../../../shared/fault.ts';
import { fail, type Finding, ok } from '../../../command/finding.ts';
import { type Sight, unknown } from './aws-cli.ts';

const Stacks = v.object({ Stacks: v.array(v.object({ StackStatus: v.string() })) });
const Resources = v.object({
  StackResourceSummaries: v.array(
    v.object({ ResourceType: v.string(), PhysicalResourceId: v.optional(v.string(), '') }),
  ),
});

/** What `aws cloudformation` says of a stack that is not there. */
const NO_STACK = 'ValidationError';

/**
 * The state of a stack; `null`: there is none.
 * @throws Fault `denied` when it cannot be told: a stack that is taken to be gone would be left behind.
 */
export async function findStack({ aws }: Sight, stack: string): Promise<string | null> {
  const asked = await aws(Stacks, ['cloudformation', 'describe-stacks', '--stack-name', stack]);
  if (asked.kind === 'answered') return asked.value.Stacks[0]?.StackStatus ?? null;
  if (asked.code === NO_STACK) return null;
  throw new Fault('denied', `looking whether ${stack} is there: ${asked.said}; allow cloudformation:DescribeStacks`);
}

/** Whether the stack can be deployed as it is now. */
export async function checkStack({ aws, names, settings }: Sight): Promise<Finding> {
  const asked = await aws(Stacks, ['cloudformation', 'describe-stacks', '--stack-name', names.stack]);
  if (asked.kind === 'refused') {
    return asked.code === NO_STACK
      ? ok(`${names.stack} is not deployed in ${settings.region} yet`)
      : unknown(`the stack ${names.stack}`, asked.said);
  }
  const status = asked.value.Stacks[0]?.StackStatus ?? 'unknown';
  if (status.endsWith('_IN_PROGRESS')) {
    return fail(`the stack ${names.stack} is changing (${status})`, 'wait until CloudFormation is done with it');
  }
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html: such a stack can only be deleted.
  if (status === 'ROLLBACK_COMPLETE' || status === 'ROLLBACK_FAILED') {
    return fail(
      `the stack ${names.stack} was never created wholly (${status})`,
      `aws cloudformation delete-stack --stack-name ${names.stack} --region ${settings.region}`,
    );
  }
  return ok(`${names.stack} is deployed in ${settings.region} (${status}); deploying updates it`);
}

/**
 * Whether the owner is free. Two deployments of one owner would take each other's sessions for their own; the role exists once in an
 * account, whatever the region, and tells.
 */
export async function checkOwner({ aws, names, settings }: Sight): Promise<Finding> {
  const role = await aws(v.object({ Role: v.object({ RoleName: v.string() }) }), [
    'iam',
    'get-role',
    '--role-name',
    names.role,
  ]);
  if (role.kind === 'refused') {
    return role.code === 'NoSuchEntity'
      ? ok(`no other deployment of the owner ${settings.owner} in this account`)
      : unknown(`the role ${names.role}`, role.said);
  }
  const args = ['cloudformation', 'list-stack-resources', '--stack-name', names.stack];
  const resources = await aws(Resources, args);
  if (resources.kind === 'refused' && resources.code !== NO_STACK)
    return unknown(`the stack ${names.stack}`, resources.said);
  const known = resources.kind === 'refused' ? [] : resources.value.StackResourceSummaries;
  const isOurs = known.some((one) => one.ResourceType === 'AWS::IAM::Role' && one.PhysicalResourceId === names.role);
  if (isOurs) return ok(`the owner ${settings.owner} is this deployment's`);
  return fail(
    `the role ${names.role} exists and is not of the stack ${names.stack} in ${settings.region}: another deployment has the owner ${settings.owner}`,
    'give this one another `owner` in the rules; or, if the other one is gone, delete what it left',
  );
}
