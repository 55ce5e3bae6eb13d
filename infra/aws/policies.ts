import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { PERMISSIONS, type Permission } from '../../lambdas/ec2/permissions.ts';
import { toStatements, type Extent, type Statement } from '../../lambdas/ec2/permissions/statements.ts';
import type { NonEmpty, Owner } from '../../shared/words.ts';

/** Where the rules are read from; a file lies beside the code, which needs no permission. */
export type RulesPlace =
  | { readonly kind: 'file' }
  | { readonly kind: 'object'; readonly bucket: string; readonly key: string }
  /** The name with or without the slash that it begins with. */
  | { readonly kind: 'parameter'; readonly name: string };

/** Whether Auto Scaling launch hooks are completed. */
export type LaunchHooks = 'completed' | 'left';

/** What is kept in one account. Texts may be CDK tokens, as `Aws.PARTITION` and `Aws.ACCOUNT_ID`. */
export interface Kept {
  readonly partition: string;
  readonly owner: Owner;
  readonly formerOwners: readonly Owner[];
  readonly account: string;
  /** The regions of that account; none when the deployment keeps other accounts only. */
  readonly regions: readonly string[];
  readonly launchHooks: LaunchHooks;
}

/** What a role of the deployment itself reaches beside the machines of its account. */
export interface Reached {
  /** Where it is deployed, and where a parameter with the rules is. */
  readonly region: string;
  readonly rules: RulesPlace;
  /** The role to assume, by name, in each of the other accounts. */
  readonly members: { readonly roleName: string; readonly accounts: readonly string[] };
  /** The ARNs of the queues that it sends to. */
  readonly queues: NonEmpty<string>;
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

/** Nothing at all where no region of the account is kept: the machines are then reached by the member role only. */
function onMachines(kept: Kept, permissions: readonly Permission[]): readonly Statement[] {
  const { partition, owner, formerOwners, account } = kept;
  const places = toNonEmpty(kept.regions.map((region) => ({ account, region })));
  return places === null ? [] : toStatements(permissions, { partition, owner, formerOwners, places, named: {} });
}

/** What a policy would read as a pattern or a variable. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html */
const asItIs = (text: string): string => text.replaceAll(/[*?$]/g, (mark) => `\${${mark}}`);

/** What is one thing by its name, with the permission to use it. */
function toReach(kept: Kept, { members, queues, rules, region }: Reached): readonly Statement[] {
  const { partition, owner, formerOwners, account } = kept;
  const roles = toNonEmpty(members.accounts.map((other) => `arn:${partition}:iam::${other}:role/${members.roleName}`));
  const allow = (permission: Permission, named: Extent['named']): readonly Statement[] =>
    toStatements([permission], { partition, owner, formerOwners, places: [{ account, region }], named });
  return [
    ...(roles === null ? [] : allow(assumeRole, { role: roles })),
    ...allow(sendMessages, { queue: queues }),
    ...(rules.kind === 'object'
      ? allow(readRulesObject, { object: [`arn:${partition}:s3:::${rules.bucket}/${asItIs(rules.key)}`] })
      : []),
    ...(rules.kind === 'parameter'
      ? allow(readRulesParameter, {
          parameter: [`arn:${partition}:ssm:${region}:${account}:parameter/${rules.name.replace(/^\//, '')}`],
        })
      : []),
  ];
}

/** The role of `on-change` and `resync`, which write sessions and send to both queues. */
export const writerStatements = (kept: Kept, reached: Reached): readonly Statement[] => [
  ...onMachines(kept, [...READS, ...writesOf(kept)]),
  ...toReach(kept, reached),
];

/** The role of `sweep`, which reads and hands on what differs; it may change nothing. */
export const sweepStatements = (kept: Kept, reached: Reached): readonly Statement[] => [
  ...onMachines(kept, READS),
  ...toReach(kept, reached),
];

/** The role that is assumed in another account: what the writer may do in its own. */
export const memberStatements = (kept: Kept): readonly Statement[] => onMachines(kept, [...READS, ...writesOf(kept)]);

/** Statements as CDK adds them to a role. */
export const toPolicyStatements = (statements: readonly Statement[]): PolicyStatement[] =>
  statements.map((statement) => PolicyStatement.fromJson(statement));
