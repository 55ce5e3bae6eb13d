import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { PERMISSIONS, type Permission } from '../../lambdas/ec2/permissions.ts';
import { toStatements, type Extent, type Statement } from '../../lambdas/ec2/permissions/statements.ts';
import type { NamedPlace } from '../../lambdas/rules/place.ts';
import type { NonEmpty, Owner } from '../../shared/words.ts';
import { MOST_ACCOUNTS_NAMED, othersIn } from './accounts.ts';

/** Whether Auto Scaling launch hooks are completed. */
export type LaunchHooks = 'completed' | 'left';

/** What is kept in one account. Texts may be CDK tokens, as `Aws.PARTITION` and `Aws.ACCOUNT_ID`. */
export interface Kept {
  readonly partition: string;
  readonly owner: Owner;
  readonly formerOwners: readonly Owner[];
  readonly account: string;
  readonly regions: readonly string[];
  readonly launchHooks: LaunchHooks;
}

/** A deployment, as far as its own roles depend on it. Texts that are compared are no tokens: account, region, scopes. */
export interface Deployment {
  readonly partition: string;
  readonly owner: Owner;
  readonly formerOwners: readonly Owner[];
  /** Where it is deployed, and where a parameter with the rules is. */
  readonly account: string;
  readonly region: string;
  readonly scopes: NonEmpty<{ readonly account: string; readonly region: string }>;
  readonly launchHooks: LaunchHooks;
  /** The role to assume in other accounts, by name. */
  readonly memberRole: string;
  /** Whose accounts are reached where they are too many to be named; `null`: each is named. */
  readonly organization: string | null;
  /** A file lies beside the code, which needs no permission. */
  readonly rules: NamedPlace;
  /** The ARN of the key that the rules are encrypted with; `null`: of none, or of one of AWS's. */
  readonly rulesKey: string | null;
}

const {
  describeInstances,
  describeNetworkInterfaces,
  describeSessions,
  describeTargets,
  describeFilters,
  describeLoadBalancers,
  describeListeners,
  createSession,
  modifySession,
  deleteSession,
  completeLifecycleAction,
  assumeRole,
  sendMessages,
  readRulesObject,
  readRulesParameter,
  decryptRules,
} = PERMISSIONS;

const READS: readonly Permission[] = [
  describeInstances,
  describeNetworkInterfaces,
  describeSessions,
  describeTargets,
  describeFilters,
  describeLoadBalancers,
  describeListeners,
];

const writesOf = ({ launchHooks }: Kept): readonly Permission[] => [
  createSession,
  modifySession,
  deleteSession,
  ...(launchHooks === 'completed' ? [completeLifecycleAction] : []),
];

const toNonEmpty = <Item>([first, ...others]: readonly Item[]): NonEmpty<Item> | null =>
  first === undefined ? null : [first, ...others];

/**
 * So many regions are named in each ARN, as people read them. The ARNs of more would not fit into the 6,144 characters that IAM
 * takes of a policy (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html): a condition names those.
 */
const MOST_REGIONS_IN_ARNS = 8;

/** Nothing at all where no region of the account is kept: the machines are then reached by the member role only. */
function onMachines(kept: Kept, permissions: readonly Permission[]): readonly Statement[] {
  const { partition, owner, formerOwners, account, regions } = kept;
  const isNamed = regions.length <= MOST_REGIONS_IN_ARNS;
  const places = toNonEmpty((isNamed ? regions : ['*']).map((region) => ({ account, region })));
  if (places === null) return [];
  const statements = toStatements(permissions, { partition, owner, formerOwners, places, named: {} });
  return isNamed ? statements : statements.map((one) => withTest(one, 'aws:RequestedRegion', regions));
}

/** A statement that holds only where a key has one of these values, too. */
const withTest = (statement: Statement, key: string, values: readonly string[]): Statement => ({
  ...statement,
  Condition: { ...statement.Condition, StringEquals: { ...statement.Condition?.['StringEquals'], [key]: values } },
});

/** What is kept in the deployment's own account. */
const keptAtHome = ({ scopes, ...deployment }: Deployment): Kept => ({
  ...deployment,
  regions: scopes.filter(({ account }) => account === deployment.account).map(({ region }) => region),
});

/** What a policy would read as a pattern or a variable. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html */
const asItIs = (text: string): string => text.replaceAll(/[*?$]/g, (mark) => `\${${mark}}`);

/** Permission to use what is one thing by its name. */
function toUse(deployment: Deployment, permission: Permission, named: Extent['named']): readonly Statement[] {
  const { partition, owner, formerOwners, account, region } = deployment;
  return toStatements([permission], { partition, owner, formerOwners, places: [{ account, region }], named });
}

/**
 * To assume the role of each other account. Where they are too many to be named: that role of any account of the organization, and
 * what it trusts is up to each. STS is told whose the role is
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceorgid).
 */
function reachMembers(deployment: Deployment): readonly Statement[] {
  const { partition, memberRole, organization } = deployment;
  const others = othersIn(deployment);
  const isNamed = others.length <= MOST_ACCOUNTS_NAMED;
  const roles = toNonEmpty(
    (isNamed ? others : ['*']).map((other) => `arn:${partition}:iam::${other}:role/${memberRole}`),
  );
  if (roles === null) return [];
  const statements = toUse(deployment, assumeRole, { role: roles });
  if (isNamed) return statements;
  if (organization === null)
    throw new Error(`reaching ${others.length} accounts that cannot be named: no organization`);
  return statements.map((one) => withTest(one, 'aws:ResourceOrgID', [organization]));
}

function readRules(deployment: Deployment): readonly Statement[] {
  const { partition, account, region, rules } = deployment;
  switch (rules.kind) {
    case 'file':
      return [];
    case 'object':
      return toUse(deployment, readRulesObject, {
        object: [`arn:${partition}:s3:::${rules.bucket}/${asItIs(rules.key)}`],
      });
    case 'parameter':
      // The slash that the name begins with is not written twice.
      return toUse(deployment, readRulesParameter, {
        parameter: [`arn:${partition}:ssm:${region}:${account}:parameter/${rules.name.replace(/^\//, '')}`],
      });
  }
}

const decrypt = (deployment: Deployment): readonly Statement[] =>
  deployment.rulesKey === null ? [] : toUse(deployment, decryptRules, { key: [deployment.rulesKey] });

/** The role of `on-change` and `resync`, which write sessions; `queues` are the ARNs of both. */
export const writerStatements = (deployment: Deployment, queues: NonEmpty<string>): readonly Statement[] => [
  ...onMachines(keptAtHome(deployment), [...READS, ...writesOf(keptAtHome(deployment))]),
  ...reachMembers(deployment),
  ...toUse(deployment, sendMessages, { queue: queues }),
  ...readRules(deployment),
  ...decrypt(deployment),
];

/**
 * The role of `sweep`; `queue` is the ARN of the bulk queue. A single scope it reads itself, and hands on what differs. Of
 * several it hands on one message each and reads nothing, so it needs neither the machines nor the roles of members.
 */
export const sweepStatements = (deployment: Deployment, queue: string): readonly Statement[] => [
  ...(deployment.scopes.length === 1
    ? [
        ...onMachines(keptAtHome(deployment), READS),
        ...reachMembers(deployment),
        ...readRules(deployment),
        ...decrypt(deployment),
      ]
    : []),
  ...toUse(deployment, sendMessages, { queue: [queue] }),
];

/** The role that is assumed in another account: what the writer may do in its own. */
export const memberStatements = (kept: Kept): readonly Statement[] => onMachines(kept, [...READS, ...writesOf(kept)]);

/** Statements as CDK adds them to a role. */
export const toPolicyStatements = (statements: readonly Statement[]): PolicyStatement[] =>
  statements.map((statement) => PolicyStatement.fromJson(statement));
