import * as v from 'valibot';
import { fail, type Finding, ok } from '../../../command/finding.ts';
import { NO_STACK } from '../stack.ts';
import { type Sight, unknown } from './aws-cli.ts';

const Resources = v.object({
  StackResourceSummaries: v.array(
    v.object({ ResourceType: v.string(), PhysicalResourceId: v.optional(v.string(), '') }),
  ),
});

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
