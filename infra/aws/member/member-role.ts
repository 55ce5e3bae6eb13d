import { Aws, CfnCondition, Fn, type Stack } from 'aws-cdk-lib';
import { AccountPrincipal, CfnPolicy, CfnRole, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Owner } from '../../../shared/words.ts';
import type { Statement } from '../../../lambdas/ec2/permissions/statements.ts';
import type { MemberParameters } from './member-parameters.ts';
import { argueWildcards } from '../nag.ts';
import type { namesOf } from '../names.ts';
import { memberStatements, toPolicyStatements, type LaunchHooks } from '../policies.ts';

interface Conditions {
  readonly createsRole: CfnCondition;
  readonly completesHooks: CfnCondition;
}

/** The role that tapkeeper assumes in a member account. */
export function addMemberRole(
  stack: Stack,
  names: ReturnType<typeof namesOf>,
  parameters: MemberParameters,
  { createsRole, completesHooks }: Conditions,
): void {
  const allow = (statements: readonly Statement[]): PolicyDocument =>
    new PolicyDocument({ statements: toPolicyStatements(statements.map((one) => inTerms(one, parameters))) });
  const always = statementsFor(parameters, 'left');
  const role = new CfnRole(stack, 'MemberRole', {
    roleName: names.memberRole,
    description: 'What tapkeeper may do in this account: read, and create, change and delete its own mirror sessions.',
    assumeRolePolicyDocument: new PolicyDocument({ statements: [trust(names, parameters)] }),
    policies: [{ policyName: 'mirror', policyDocument: allow(always) }],
  });
  role.cfnOptions.condition = createsRole;
  argueWildcards(role, always);
  const known = new Set(always.map(({ Sid }) => Sid));
  const ofHooks = statementsFor(parameters, 'completed').filter(({ Sid }) => !known.has(Sid));
  const hooks = new CfnPolicy(stack, 'LaunchHooksPolicy', {
    policyName: 'launch-hooks',
    roles: [role.ref],
    policyDocument: allow(ofHooks),
  });
  hooks.cfnOptions.condition = new CfnCondition(stack, 'CompletesHooksByRole', {
    expression: Fn.conditionAnd(createsRole, completesHooks),
  });
  argueWildcards(hooks, ofHooks);
}

/**
 * Trusts the roles of the central functions by their names. A role as principal would be stored by its id: when the central
 * stack is removed and deployed again, the new role of the same name would be a stranger here
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles).
 */
function trust(names: ReturnType<typeof namesOf>, { centralAccount, externalId }: MemberParameters): PolicyStatement {
  const arnOf = (role: string): string => `arn:${Aws.PARTITION}:iam::${centralAccount}:role/${role}`;
  return new PolicyStatement({
    principals: [new AccountPrincipal(centralAccount)],
    actions: ['sts:AssumeRole'],
    conditions: {
      StringEquals: { 'sts:ExternalId': externalId },
      ArnEquals: { 'aws:PrincipalArn': [arnOf(names.role), arnOf(names.sweepRole)] },
    },
  });
}

/** Stands for the former owners, which are known when the template is deployed. */
const FORMER = 'former' as Owner;

const statementsFor = ({ owner }: MemberParameters, launchHooks: LaunchHooks): readonly Statement[] =>
  memberStatements({
    partition: Aws.PARTITION,
    owner,
    formerOwners: [FORMER],
    account: Aws.ACCOUNT_ID,
    // Which regions is a parameter, and a list of ARNs cannot be made of one: the condition says it.
    regions: ['*'],
    launchHooks,
  });

/** A statement in the terms of the parameters: the owners that it names, and the regions that it is for. */
function inTerms(statement: Statement, { owners, keptRegions }: MemberParameters): Statement {
  const byOperator = Object.entries(statement.Condition ?? {}).map(([operator, byKey]) => {
    const tests = Object.entries(byKey).map(
      ([key, values]) => [key, values.includes(FORMER) ? owners : values] as const,
    );
    return [operator, Object.fromEntries(tests)] as const;
  });
  return {
    ...statement,
    Condition: { ...Object.fromEntries(byOperator), StringLike: { 'aws:RequestedRegion': keptRegions } },
  };
}
