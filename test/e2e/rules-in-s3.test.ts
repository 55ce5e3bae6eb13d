import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startAwsCloud } from '../../local/aws/aws-cloud.ts';
import { type LambdaHost, hostLambdas } from '../../local/aws/lambda-host.ts';
import type { JournalEntry } from '../../shared/journal.ts';
import { ASKED_EVERY_MS } from '../../shared/rules-source.ts';
import { type Account, accountOf, createFilter, createTarget, launch, NLB } from '../contract/aws/account.ts';
import { TAGGED } from '../contract/aws/handlers.ts';

let account: Account;
let person: S3Client;
let lambdas: LambdaHost;
let target: string;
let filter: string;
let aheadMs = 0;
const journal: JournalEntry[] = [];

/** Time goes so much faster, since a sweep that is asked for waits some seconds in its queue. */
const SPEED = 20;

beforeAll(async () => {
  const machineNow = Date.now;
  const startMs = machineNow();
  vi.spyOn(Date, 'now').mockImplementation(() => startMs + (machineNow() - startMs) * SPEED + aheadMs);
  const local = await startAwsCloud({ port: 0, settleMs: 1, visibilitySeconds: SPEED });
  account = accountOf(local, local.account);
  target = await createTarget(account, null);
  local.addBalancer({ arn: NLB });
  filter = await createFilter(account);
  const credentials = local.as({ kind: 'user', name: 'alice' });
  person = new S3Client({ endpoint: local.s3Endpoint, region: local.region, credentials, forcePathStyle: true });
  await person.send(new CreateBucketCommand({ Bucket: 'rules' }));
  await putRules(7);
  lambdas = hostLambdas(local, {
    rulesPath: 's3://rules/tapkeeper.yaml',
    mode: () => 'enforce',
    sweepSeconds: null,
    journal: { write: (entry) => void journal.push(entry) },
  });
});

afterAll(async () => {
  await lambdas.stop();
  person.destroy();
  await account.stop();
  await account.local.stop();
  vi.restoreAllMocks();
});

async function putRules(number: number): Promise<void> {
  const Body = [
    'version: 1',
    'owner: soc',
    'destinations:',
    `  sensor: { cloud: aws, region: us-east-1, target: ${target}, filter: ${filter}, sessionNumber: ${number} }`,
    'rules:',
    '  - { name: tagged, when: { tag: mirror }, mirror: [sensor] }',
  ].join('\n');
  await person.send(new PutObjectCommand({ Bucket: 'rules', Key: 'tapkeeper.yaml', Body }));
}

const numbers = (): readonly number[] => account.local.state.in().sessions.map(({ number }) => number);

const pause = (): void => void (aheadMs += ASKED_EVERY_MS);

test('rules that change in the bucket judge the next event, and have the whole fleet swept, without a deployment or the schedule', async () => {
  await launch(account, 3, TAGGED);
  await account.local.idle();
  expect(numbers()).toEqual([7, 7, 7]);
  await putRules(9);
  pause();
  await launch(account, 1, TAGGED);
  await account.local.idle();
  expect(numbers()).toEqual([9, 9, 9, 9]);
});

test('while they are invalid nothing is attached, the messages wait, and the mended ones judge them', async () => {
  await person.send(new PutObjectCommand({ Bucket: 'rules', Key: 'tapkeeper.yaml', Body: 'rules: [' }));
  pause();
  journal.length = 0;
  const { local } = account;
  const before = local.state.in().sessions.length;
  // Without waiting for its events: they come again until they are dead.
  await account.person.send(
    new RunInstancesCommand({
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 'm5.large',
      MinCount: 1,
      MaxCount: 1,
      ...TAGGED,
    }),
  );
  const isTold = () => journal.some((entry) => entry.kind === 'fault' && entry.code === 'config-invalid');
  await expect.poll(isTold).toBe(true);
  expect(local.state.in().sessions).toHaveLength(before);
  await putRules(11);
  pause();
  await local.idle();
  expect(numbers()).toEqual([11, 11, 11, 11, 11]);
  expect((await local.depthOf(local.queues.event)).dead).toBe(0);
});
