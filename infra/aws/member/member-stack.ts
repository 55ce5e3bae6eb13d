import { Aws, BootstraplessSynthesizer, CfnCondition, Fn, type IStackSynthesizer, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { addForwarding } from './forwarding.ts';
import { addMemberParameters, type MemberDefaults } from './member-parameters.ts';
import { addMemberRole } from './member-role.ts';
import { namesOf } from '../names.ts';

/**
 * The stack of what each other account needs, and each other region, of our own account too: the role that tapkeeper assumes
 * there, and rules that forward events to its bus. It is plain CloudFormation for a StackSet: no assets, no bootstrap, nothing
 * of its own deployment but by parameters. Without `defaults` the parameters have none.
 *
 * It does not belong where tapkeeper itself is deployed: the rules there are the main stack's, and have the same names.
 */
export function memberStack(app: Construct, id: string, defaults: MemberDefaults | null): Stack {
  const stack = new Stack(app, id, {
    // CDK's own declarations differ in properties that may be left out.
    synthesizer: new BootstraplessSynthesizer() as IStackSynthesizer,
    analyticsReporting: false,
    description: 'tapkeeper: an account or region whose machines are kept from another one',
  });
  const parameters = addMemberParameters(stack, defaults);
  const { centralAccount, roleRegion, launchHooks } = parameters;
  const names = namesOf(parameters.owner);
  const isMember = Fn.conditionNot(Fn.conditionEquals(Aws.ACCOUNT_ID, centralAccount));
  const createsRole = new CfnCondition(stack, 'CreatesRole', {
    // Our own account is not reached by a role.
    expression: Fn.conditionAnd(isMember, Fn.conditionEquals(Aws.REGION, roleRegion)),
  });
  const completesHooks = new CfnCondition(stack, 'CompletesHooks', {
    expression: Fn.conditionEquals(launchHooks, 'completed'),
  });
  addMemberRole(stack, names, parameters, { createsRole, completesHooks });
  addForwarding(stack, names, parameters, completesHooks);
  return stack;
}
