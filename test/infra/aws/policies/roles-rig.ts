import { CreateTrafficMirrorSessionCommand, EC2Client, type Tag } from '@aws-sdk/client-ec2';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  memberStatements,
  sweepStatements,
  writerStatements,
  type Deployment,
} from '../../../../infra/aws/policies.ts';
import { namesOf } from '../../../../infra/aws/names.ts';
import type { AwsCloud, AwsCloudOptions } from '../../../../local/aws/aws-cloud.ts';
import { hostLambdas, type LambdaHost } from '../../../../local/aws/lambda-host.ts';
import type { JournalEntry } from '../../../../shared/journal.ts';
import type { Owner } from '../../../../shared/words.ts';
import {
  createSensor,
  endAfterTest,
  sessionCommand,
  clientOf,
  startCloud,
  type Sensor,
} from '../../../local/aws/rig.ts';

export const OURS = '123456789012';
export const MEMBER = '210987654321';
const OWNER = 'soc' as Owner;
const NAMES = namesOf(OWNER);

/** The deployment's roles in the local cloud, each held to exactly the policy that is generated for it. */
export interface Held {
  readonly cloud: AwsCloud;
  readonly accounts: readonly string[];
  readonly rules: Deployment['rules'];
  /** Somebody whom no policy keeps from anything. */
  readonly person: EC2Client;
  /** Whoever has the writer's credentials. */
  readonly writer: EC2Client;
  readonly sensor: Sensor;
  readonly other: Sensor;
}

/** Where rules are that need no permission. */
const FILE: Deployment['rules'] = { kind: 'file', path: 'tapkeeper.yaml' };

export const deployment = (accounts: readonly [string, ...string[]], rules: Deployment['rules'] = FILE): Deployment => {
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
    organization: null,
    rules,
    rulesKey: null,
  };
};

/** What the event source of a queue needs; the stack grants it beside what the code calls. */
const CONSUME = { Effect: 'Allow', Action: ['sqs:ReceiveMessage', 'sqs:DeleteMessage'], Resource: '*' } as const;

export interface HeldOptions {
  readonly rules?: Deployment['rules'];
  /** EventBridge rules; those that are deployed when left out. */
  readonly eventRules?: NonNullable<AwsCloudOptions['rules']>;
}

export async function startHeld(
  accounts: readonly [string, ...string[]],
  { rules = FILE, eventRules }: HeldOptions = {},
): Promise<Held> {
  const cloud = await startCloud({
    visibilitySeconds: 1,
    accounts: [OURS, MEMBER],
    ...(eventRules === undefined ? {} : { rules: eventRules }),
  });
  const central = deployment(accounts, rules);
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
    rules,
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

/** The tags of a session of that owner's. */
export const markOf = (owner: string): Tag[] => [
  { Key: 'tapkeeper:owner', Value: owner },
  { Key: 'tapkeeper:mark', Value: 'v1' },
];

/** A session on an interface, to the held sensor, made by whoever the client is. */
export async function createSession(
  client: EC2Client,
  source: string | undefined,
  held: Held,
  tags: Tag[],
): Promise<string> {
  const TagSpecifications = [{ ResourceType: 'traffic-mirror-session' as const, Tags: tags }];
  const { input } = sessionCommand(source, held.sensor, 50);
  const command = new CreateTrafficMirrorSessionCommand(tags.length === 0 ? input : { ...input, TagSpecifications });
  const { TrafficMirrorSession: session } = await client.send(command);
  return session?.TrafficMirrorSessionId ?? '';
}

/** What is mirrored: source, target, number and owner. */
export const sessionsOf = ({ cloud }: Held, account = OURS) =>
  cloud.state
    .in('us-east-1', account)
    .sessions.map(({ interfaceId, targetId, number, tags }) => [
      interfaceId,
      targetId,
      number,
      tags['tapkeeper:owner'],
    ]);

/** The deployed handlers in their roles. */
export interface Deployed {
  readonly host: LambdaHost;
  readonly journal: readonly JournalEntry[];
}

/** Puts rules where the deployment has them, and gives what names that place in its settings. */
async function putRules({ cloud, rules }: Held, text: string): Promise<string> {
  switch (rules.kind) {
    case 'file': {
      const folder = await mkdtemp(join(tmpdir(), 'tapkeeper-'));
      endAfterTest(() => rm(folder, { recursive: true }));
      await writeFile(join(folder, rules.path), text);
      return join(folder, rules.path);
    }
    case 'object': {
      const credentials = { accessKeyId: 'alice', secretAccessKey: 'secret' };
      const s3 = new S3Client({ endpoint: cloud.s3Endpoint, region: cloud.region, credentials, forcePathStyle: true });
      await s3.send(new CreateBucketCommand({ Bucket: rules.bucket }));
      await s3.send(new PutObjectCommand({ Bucket: rules.bucket, Key: rules.key, Body: text }));
      s3.destroy();
      return `s3://${rules.bucket}/${rules.key}`;
    }
    case 'parameter':
      cloud.putParameter({ name: rules.name, value: text });
      return `ssm:${rules.name}`;
  }
}

export async function deploy(held: Held, rules: string): Promise<Deployed> {
  const journal: JournalEntry[] = [];
  const host = hostLambdas(held.cloud, {
    rulesPath: await putRules(held, rules),
    mode: () => 'enforce',
    accounts: held.accounts,
    memberRole: `arn:aws:iam::{account}:role/${NAMES.memberRole}`,
    externalId: 'soc-7',
    sweepRoleName: NAMES.sweepRole,
    sweepSeconds: null,
    journal: { write: (entry) => void journal.push(entry) },
  });
  endAfterTest(host.stop);
  return { host, journal };
}
