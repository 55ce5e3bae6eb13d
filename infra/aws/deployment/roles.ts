import { Aws } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Statement } from '../../../lambdas/ec2/permissions/statements.ts';
import { argueWildcards } from '../nag.ts';
import type { namesOf } from '../names.ts';
import { type Deployment, sweepStatements, toPolicyStatements, writerStatements } from '../policies.ts';
import type { Queues } from './queues.ts';
import type { Settings } from '../settings.ts';

/** Who the functions are. */
export interface Roles {
  /** That of `on-change` and `resync`: the only one that may write sessions. */
  readonly writer: Role;
  /** That of `sweep`: it reads, and hands on what differs. */
  readonly sweep: Role;
}

/**
 * The roles of the functions, with policies made from the calls of the code and none of AWS's managed ones. What the stack's own
 * parts ask of them (to receive from a queue, to write a log) is added where these are connected.
 *
 * The writer's name is made of the owner alone, and an account has each role name once, whatever the region. So a second
 * deployment of the same owner, which would undo what the first one does, cannot be: CloudFormation fails to create the role
 * (`CREATE_FAILED`, `AlreadyExists`; of IAM: `EntityAlreadyExists`, `Role with name tapkeeper-soc already exists`) and takes back
 * what it made of the second stack (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html).
 */
export function addRoles(
  scope: Construct,
  names: ReturnType<typeof namesOf>,
  settings: Settings,
  queues: Queues,
): Roles {
  const { event, bulk } = queues.work;
  const deployment: Deployment = {
    ...settings,
    partition: Aws.PARTITION,
    memberRole: names.memberRole,
    organization: settings.members?.organization ?? null,
  };
  return {
    writer: addRole(scope, 'WriterRole', {
      roleName: names.role,
      description:
        'tapkeeper on-change and resync: read, and create, change and delete mirror sessions that bear its mark.',
      statements: writerStatements(deployment, [event.queueArn, bulk.queueArn]),
    }),
    sweep: addRole(scope, 'SweepRole', {
      roleName: names.sweepRole,
      description: 'tapkeeper sweep: read, and hand on what differs.',
      statements: sweepStatements(deployment, bulk.queueArn),
    }),
  };
}

interface RoleParts {
  readonly roleName: string;
  readonly description: string;
  readonly statements: readonly Statement[];
}

function addRole(scope: Construct, id: string, { statements, ...props }: RoleParts): Role {
  const role = new Role(scope, id, { ...props, assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  for (const statement of toPolicyStatements(statements)) role.addToPolicy(statement);
  argueWildcards(role, statements);
  return role;
}
