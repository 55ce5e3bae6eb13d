import { CALLS, type Call } from '../functions/arm/permissions.ts';
import { SOURCE_ROLE, TAP_ROLE, toRoleName, type Role } from '../functions/arm/roles.ts';
import { APP_ROLES, EVENT_GRID_ROLES, STORAGE_NEEDS, type Assigned } from '../functions/storage-roles.ts';
import { PERMISSIONS, type Grant, type Permission } from '../lambdas/ec2/permissions.ts';
import type { Statement } from '../lambdas/ec2/permissions/statements.ts';
import { formatCondition } from '../lambdas/ec2/permissions/words.ts';
import type { Owner } from '../shared/words.ts';
import { namesOf } from './aws/names.ts';
import { memberStatements, sweepStatements, writerStatements, type Deployment } from './aws/policies.ts';

/* What whoever deploys by hand puts their own in the place of. */
const OWNER = 'OWNER' as Owner;
const FORMER_OWNER = 'FORMER_OWNER' as Owner;
const HERE = { account: 'ACCOUNT', region: 'REGION' } as const;
const MEMBER = { account: 'MEMBER_ACCOUNT', region: 'REGION' } as const;
const NAMES = namesOf(OWNER);

const DEPLOYMENT: Deployment = {
  partition: 'aws',
  owner: OWNER,
  formerOwners: [FORMER_OWNER],
  ...HERE,
  scopes: [HERE, MEMBER],
  launchHooks: 'completed',
  memberRole: NAMES.memberRole,
  organization: null,
  rules: { kind: 'file', path: 'tapkeeper.yaml' },
  rulesKey: null,
};

const queueArn = (name: string): string => `arn:aws:sqs:${HERE.region}:${HERE.account}:${name}`;
const EVENTS = queueArn(NAMES.queues.event);
const BULK = queueArn(NAMES.queues.bulk);

const inJson = (value: unknown): string => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;

const policy = (statements: readonly Statement[]): string => inJson({ Version: '2012-10-17', Statement: statements });

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const code = (text: string): string => `\`${text}\``;

const formatResources = ({ resources }: Grant): string =>
  resources.map((type) => (type === '*' ? '\\*' : type)).join(', ');

const toRows = ({ call, purpose, ...grant }: Permission): readonly (readonly string[])[] =>
  [grant, ...grant.also].map((one, at) => [
    at === 0 ? call : '',
    at === 0 ? purpose : '',
    code(one.action),
    formatResources(one),
    formatCondition(one.condition),
  ]);

const awsCalls = (): string =>
  table(['call', 'for', 'action', 'on', 'where'], Object.values<Permission>(PERMISSIONS).flatMap(toRows));

/** The statements of a deployment with such rules that another has not. */
const readsRules = (rules: Deployment['rules'], rulesKey: string | null): readonly Statement[] =>
  writerStatements({ ...DEPLOYMENT, rules, rulesKey }, [EVENTS, BULK]).filter(({ Sid }) => Sid.startsWith('ReadRules'));

const toLines = (permissions: readonly string[]): string => permissions.map(code).join('<br>');

const azureCalls = (): string =>
  table(
    ['request', 'where the machines are', 'where the VTAPs are'],
    Object.values<Call>(CALLS).map(({ attempt, needs }) => [
      attempt.replace(/ (of|at)$/, ''),
      toLines(needs.source),
      toLines(needs.tap),
    ]),
  );

/** As `az role definition create --role-definition` takes it. */
const definition = (role: Role): string =>
  inJson({
    Name: toRoleName(role, OWNER, 'SUBSCRIPTION'),
    IsCustom: true,
    Description: role.description(OWNER),
    Actions: role.actions,
    NotActions: [],
    AssignableScopes: ['/subscriptions/SUBSCRIPTION'],
  });

const assignments = (assigned: readonly Assigned[]): string =>
  table(
    ['role', 'on', 'for'],
    assigned.map(({ role, on, purpose }) => [role.name, on, purpose]),
  );

/** The page that names every permission: what is called, why, and the policies and roles for who deploys by hand. */
export const permissionsPage = (): string => `# Permissions

What tapkeeper may do, and why. This page is made from the code that calls, as the policies of [\`infra/aws\`](../infra/aws) and the messages are; it is not edited but made again, by
\`npx vitest run test/infra/permissions-page.test.ts --update\`. Words in capitals stand for your own.

## AWS

${awsCalls()}

Others' sessions cannot be touched, not even by a fault of ours: a session is created with our mark only, and changed or deleted only where it bears our mark or that of a former owner. No tag is ever
written to what is there. Describe calls know no resources, so that IAM takes nothing but \`*\` for them. A launch hook can be completed in every group: IAM knows no hooks.

Where a session goes to is said by the rules, not by the policies: every target that the account sees, its own or one that another account shares with it, may be named there. Who wants that bounded for whoever
else got hold of the credentials denies the other targets in a policy of the organization, by ARN or by \`aws:ResourceOrgID\` (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).

### The role of on-change and resync

\`${NAMES.role}\`, in the account of the deployment. \`CompleteLaunchHooks\` is there only with launch hooks, \`ReachMembers\` only where machines of other accounts are kept. Of machines that are kept in several
regions each statement names all.

${policy(writerStatements(DEPLOYMENT, [EVENTS, BULK]))}

Beside these Lambda itself receives from the two queues in this role (\`sqs:ReceiveMessage\`, \`sqs:DeleteMessage\`, \`sqs:ChangeMessageVisibility\`, \`sqs:GetQueueAttributes\`), and writes the logs
(\`logs:CreateLogStream\`, \`logs:PutLogEvents\`). Rules that are not packaged with the code need one of the first two of these, and the last where they are encrypted with a key of your own:

${inJson([
  ...readsRules({ kind: 'object', bucket: 'BUCKET', key: 'KEY' }, null),
  ...readsRules({ kind: 'parameter', name: '/NAME' }, 'arn:aws:kms:REGION:ACCOUNT:key/KEY_ID'),
])}

### The role of the sweep

\`${NAMES.sweepRole}\`. Of several scopes the sweep hands on one message each, and needs nothing else:

${policy(sweepStatements(DEPLOYMENT, BULK))}

A single scope it reads itself: then it needs the rules, too, and \`ReachMembers\` instead of \`Read\` where that scope is of another account. It may change nothing:

${policy(sweepStatements({ ...DEPLOYMENT, scopes: [HERE] }, BULK))}

### The role in another account

\`${NAMES.memberRole}\`, which the deployment assumes there. Whom it trusts: [several AWS accounts](runbook.md#several-aws-accounts).

${policy(memberStatements({ ...DEPLOYMENT, account: MEMBER.account, regions: [MEMBER.region] }))}

## Azure

${azureCalls()}

Azure knows no condition on TAP configurations: whoever may write one may write all of the subscription. That others' are left alone is held by the code and its tests.

### The role where the machines are

In each subscription whose machines are mirrored, assigned to the identity of the app there.

${definition(SOURCE_ROLE)}

### The role where the VTAPs are

Assigned on single VTAPs, or on their subscription: then VTAPs that are made later are found, too. Where a VTAP is named by its load balancer or its collector, it has to be the subscription, unless the machines
are in the same one.

${definition(TAP_ROLE)}

### Roles on the storage account

What Azure has built in. The app's identity:

${assignments(APP_ROLES)}

The identity of Event Grid's system topic:

${assignments(EVENT_GRID_ROLES)}

With a key in \`AzureWebJobsStorage\` the app needs none of its own. Rules that are kept in a blob need ${STORAGE_NEEDS.rules.name} on their container. Telemetry needs Monitoring Metrics Publisher on the Application
Insights resource.

## How this is held

[\`test/infra/aws/policies/least-privilege.test.ts\`](../test/infra/aws/policies/least-privilege.test.ts), [\`test/infra/aws/policies/writer-credentials.test.ts\`](../test/infra/aws/policies/writer-credentials.test.ts) and
[\`test/infra/azure/least-privilege.test.ts\`](../test/infra/azure/least-privilege.test.ts) run the handlers against the local clouds, which
allow exactly what is on this page: all work is done, every permission is used (but what the tests name), and what else is tried with the same credentials is refused. The local clouds check what the providers document; no policy was
tried in a real account.
`;
