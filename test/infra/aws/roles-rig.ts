import { EC2Client } from '@aws-sdk/client-ec2';
import { memberStatements, sweepStatements, writerStatements, type Deployment } from '../../../infra/aws/policies.ts';
import { namesOf } from '../../../infra/aws/names.ts';
import type { AwsCloud } from '../../../local/aws/aws-cloud.ts';
import { hostLambdas, type LambdaHost } from '../../../local/aws/lambda-host.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import type { JournalEntry } from '../../../shared/journal.ts';
import type { Owner, RulesVersion } from '../../../shared/words.ts';
import { createSensor, endAfterTest, clientOf, startCloud, type Sensor } from '../../local/aws/rig.ts';

export const OURS = '123456789012';
export const MEMBER = '210987654321';
const OWNER = 'soc' as Owner;
const NAMES = namesOf(OWNER);

/** The deployment's roles in the local cloud, each held to exactly the policy that is generated for it. */
export interface Held {
  readonly cloud: AwsCloud;
  readonly accounts: readonly string[];
  /** Somebody whom no policy keeps from anything. */
  readonly person: EC2Client;
  /** Whoever has the writer's credentials. */
  readonly writer: EC2Client;
  readonly sensor: Sensor;
  readonly other: Sensor;
}

export const deployment = (accounts: readonly [string, ...string[]]): Deployment => {
  const [first, ...others] = accounts.map((account) => ({ account, region: 'us-east-1' }));
  if (first === undefined) throw new Error('a deployment without accounts');
  return {
    partition: 'aws',
    owner: OWNER,
    formerOwners: ['old-soc' as Owner],
    account: OURS,
    region: 'us-east-1',
    scopes: [first, ...others],
    launchHooks: 'completed',
    memberRole: NAMES.memberRole,
    rules: { kind: 'file', path: 'tapkeeper.yaml' },
  };
};

/** What the event source of a queue needs; the stack grants it beside what the code calls. */
const CONSUME = { Effect: 'Allow', Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'], Resource: '*' } as const;

export async function startHeld(
  accounts: readonly [string, ...string[]],
  options: Parameters<typeof startCloud>[0] = {},
): Promise<Held> {
  const cloud = await startCloud({ visibilitySeconds: 1, accounts: [OURS, MEMBER], ...options });
  const central = deployment(accounts);
  const { event, bulk } = cloud.queues;
  cloud.holdTo(cloud.roleName, [...writerStatements(central, [event.arn, bulk.arn]), CONSUME]);
  cloud.holdTo(NAMES.sweepRole, sweepStatements(central, bulk.arn));
  cloud.holdTo(NAMES.memberRole, memberStatements({ ...central, account: MEMBER, regions: ['us-east-1'] }), MEMBER);
  const trusts = [cloud.roleName, NAMES.sweepRole].map((name) => `arn:aws:iam::${OURS}:role/${name}`);
  cloud.addRole({ account: MEMBER, name: NAMES.memberRole, externalId: 'soc-7', trusts });
  const person = clientOf(cloud);
  return {
    cloud,
    accounts,
    person,
    writer: clientAs(cloud, cloud.roleName),
    sensor: await createSensor(person),
    other: await createSensor(person),
  };
}

/** A raw client of the SDK with the credentials of a role. */
export function clientAs(cloud: AwsCloud, roleName: string, region = cloud.region): EC2Client {
  const credentials = cloud.as({ kind: 'role', roleName, sessionName: 'anybody' });
  const client = new EC2Client({ endpoint: cloud.endpoint, region, maxAttempts: 1, credentials });
  endAfterTest(async () => client.destroy());
  return client;
}

/** The deployed handlers in their roles. */
export interface Deployed {
  readonly host: LambdaHost;
  readonly journal: readonly JournalEntry[];
}

export function deploy({ cloud, accounts }: Held, rules: string): Deployed {
  const journal: JournalEntry[] = [];
  const host = hostLambdas(cloud, {
    rulesPath: 'not-read',
    rules: {
      async load() {
        const parsed = parseConfig(rules);
        if (parsed.kind !== 'valid') throw new Error(JSON.stringify(parsed));
        return { config: parsed.config, version: rules as RulesVersion };
      },
    },
    mode: () => 'enforce',
    accounts,
    memberRole: `arn:aws:iam::{account}:role/${NAMES.memberRole}`,
    externalId: 'soc-7',
    sweepRoleName: NAMES.sweepRole,
    sweepSeconds: null,
    journal: { write: (entry) => void journal.push(entry) },
  });
  endAfterTest(host.stop);
  return { host, journal };
}
