import {
  CreateTagsCommand,
  CreateTrafficMirrorFilterCommand,
  DeleteTagsCommand,
  DeleteTrafficMirrorSessionCommand,
  RunInstancesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AwsCloud, AwsCloudOptions } from '../../../local/aws/aws-cloud.ts';
import { hostLambdas, type LambdaHost, type LambdaHostOptions } from '../../../local/aws/lambda-host.ts';
import type { JournalEntry } from '../../../shared/journal.ts';
import type { Mode } from '../../../shared/ports.ts';
import {
  clientOf,
  createSensor,
  endAfterTest,
  launch,
  launchOptions,
  sessionCommand,
  startCloud,
  type Sensor,
} from './rig.ts';
import { createClock } from './services/rig.ts';

const rulesFor = ({ targetId, filterId }: Sensor): string => `
version: 1
owner: soc
destinations:
  sensor:
    cloud: aws
    region: us-east-1
    target: ${targetId}
    filter: ${filterId}
    sessionNumber: 100
rules:
  - name: tagged
    when: { tag: mirror }
    mirror: { fromTag: mirror, among: [sensor] }
`;

async function writeRules(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tapkeeper-'));
  endAfterTest(() => rm(folder, { recursive: true }));
  const path = join(folder, 'tapkeeper.yaml');
  await writeFile(path, text);
  return path;
}

const mirrored = {
  TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'mirror', Value: 'sensor' }] }],
};

interface Kept {
  readonly cloud: AwsCloud;
  readonly client: EC2Client;
  readonly sensor: Sensor;
  readonly host: LambdaHost;
}

async function startKept(
  options: Partial<LambdaHostOptions> = {},
  cloudOptions: Partial<AwsCloudOptions> = {},
): Promise<Kept> {
  const cloud = await startCloud({ visibilitySeconds: 1, ...cloudOptions });
  const client = clientOf(cloud);
  const sensor = await createSensor(client);
  const rulesPath = await writeRules(rulesFor(sensor));
  const host = hostLambdas(cloud, { rulesPath, mode: () => 'enforce', sweepSeconds: null, ...options });
  endAfterTest(host.stop);
  return { cloud, client, sensor, host };
}

const sessionsOf = (cloud: AwsCloud) =>
  cloud.state
    .in()
    .sessions.map(({ interfaceId, number, tags }) => ({ interfaceId, number, owner: tags['tapkeeper:owner'] }));

describe('the hosted Lambdas', () => {
  test('mirror a tagged machine from its launch on, and say how long that took', async () => {
    const { cloud, client, host } = await startKept();
    const { interfaces } = await launch(cloud, client, mirrored);
    expect(sessionsOf(cloud)).toEqual([{ interfaceId: interfaces[0], number: 100, owner: 'soc' }]);
    expect(host.attachTimes).toMatchObject([{ source: interfaces[0], destination: 'sensor' }]);
    expect(host.attachTimes[0]?.tookMs).toBeLessThan(10_000);
  });

  test('follow the tag', async () => {
    const { cloud, client } = await startKept();
    const { id } = await launch(cloud, client);
    expect(sessionsOf(cloud)).toEqual([]);
    await client.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'mirror', Value: 'sensor' }] }));
    await cloud.idle();
    expect(sessionsOf(cloud)).toHaveLength(1);
    await client.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'mirror' }] }));
    await cloud.idle();
    expect(sessionsOf(cloud)).toEqual([]);
  });

  test('put back what a person deletes', async () => {
    const { cloud, client } = await startKept();
    const { interfaces } = await launch(cloud, client, mirrored);
    const [before] = cloud.state.in().sessions;
    await client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: before?.id }));
    await cloud.idle();
    expect(sessionsOf(cloud)).toEqual([{ interfaceId: interfaces[0], number: 100, owner: 'soc' }]);
    expect(cloud.state.in().sessions[0]?.id).not.toBe(before?.id);
  });

  test('leave what a person made', async () => {
    const { cloud, client } = await startKept();
    const { id, interfaces } = await launch(cloud, client, mirrored);
    const { TrafficMirrorSession: theirs } = await client.send(
      sessionCommand(interfaces[0], await createSensor(client), 200),
    );
    await client.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'mirror' }] }));
    await cloud.idle();
    expect(cloud.state.in().sessions.map((session) => session.id)).toEqual([theirs?.TrafficMirrorSessionId]);
  });

  test('find by a sweep what no event told', async () => {
    const { cloud, client, host } = await startKept({}, { rules: { nothing: { source: ['nobody'] } } });
    await launch(cloud, client, mirrored);
    expect(sessionsOf(cloud)).toEqual([]);
    await host.sweep();
    await cloud.idle();
    expect(sessionsOf(cloud)).toHaveLength(1);
  });

  test('sweep by themselves', async () => {
    const { cloud, client } = await startKept({ sweepSeconds: 0.05 }, { rules: { nothing: { source: ['nobody'] } } });
    const attached = new Promise<number>((resolve) => {
      cloud.onChange(() => {
        if (sessionsOf(cloud).length > 0) resolve(sessionsOf(cloud).length);
      });
    });
    await launch(cloud, client, mirrored);
    expect(await attached).toBe(1);
  });

  test('obey the mode of the moment', async () => {
    let mode: Mode = 'observe';
    const { cloud, client, host } = await startKept({ mode: () => mode });
    await launch(cloud, client, mirrored);
    expect(sessionsOf(cloud)).toEqual([]);
    mode = 'enforce';
    await host.sweep();
    await cloud.idle();
    expect(sessionsOf(cloud)).toHaveLength(1);
  });

  test('answer a resync with the plan, and a bad one with its problems', async () => {
    const { cloud, client, host } = await startKept({ mode: () => 'observe' });
    await launch(cloud, client, mirrored);
    const answer = await host.resync('{"scope":"everything","mode":"plan"}');
    expect(answer.status).toBe(200);
    expect(JSON.stringify(JSON.parse(answer.body))).toContain('"attach"');
    const bad = await host.resync('{"scope":"nothing"}');
    expect(bad).toMatchObject({ status: 400, contentType: 'application/problem+json' });
  });

  test('write once for each of a hundred launches', async () => {
    const { cloud, client } = await startKept({ batchSize: 1000, batchWindowMs: 200 });
    cloud.resetCalls();
    await client.send(
      new RunInstancesCommand({ ...launchOptions('m5.large'), MinCount: 100, MaxCount: 100, ...mirrored }),
    );
    await cloud.idle();
    expect(sessionsOf(cloud)).toHaveLength(100);
    expect(cloud.calls['CreateTrafficMirrorSession']).toBe(100);
  });

  test('recognise their own calls: nothing is looked at again because of them', async () => {
    const { cloud, client } = await startKept();
    await launch(cloud, client, mirrored);
    const before = { ...cloud.calls };
    await cloud.idle();
    expect(cloud.calls).toEqual(before);
  });
});

const MEMBER = '210987654321';

/** A deployment that keeps the member's account too, by a role there that asks for an external id. */
async function startAccounts(externalId: string, options: Partial<AwsCloudOptions> = {}) {
  const cloud = await startCloud({ visibilitySeconds: 1, accounts: ['123456789012', MEMBER], ...options });
  const [central, member] = [clientOf(cloud), clientOf(cloud, { account: MEMBER })];
  const { targetId, filterId } = await createSensor(central);
  cloud.share(targetId, MEMBER);
  const { TrafficMirrorFilter } = await member.send(new CreateTrafficMirrorFilterCommand({}));
  cloud.addRole({
    account: MEMBER,
    name: 'ops/tapkeeper-member',
    externalId: 'soc-1',
    trusts: [`arn:aws:iam::${cloud.account}:role/${cloud.roleName}`],
  });
  const filters = JSON.stringify({
    [cloud.account]: filterId,
    [MEMBER]: TrafficMirrorFilter?.TrafficMirrorFilterId,
  });
  const host = hostLambdas(cloud, {
    rulesPath: await writeRules(rulesFor({ targetId, filterId: filters })),
    mode: () => 'enforce',
    sweepSeconds: null,
    accounts: cloud.accounts,
    memberRole: 'arn:aws:iam::{account}:role/ops/tapkeeper-member',
    externalId,
    failed: () => undefined,
  });
  endAfterTest(host.stop);
  const machines = [await launch(cloud, central, mirrored), await launch(cloud, member, mirrored)];
  const sourcesIn = (account: string) =>
    cloud.state.in('us-east-1', account).sessions.map(({ interfaceId }) => interfaceId);
  return { machines, sourcesIn, cloud, member };
}

describe('a deployment of several accounts', () => {
  test('keeps each by its role there', async () => {
    const { machines, sourcesIn, cloud } = await startAccounts('soc-1');
    expect(sourcesIn(cloud.account)).toEqual(machines[0]?.interfaces);
    expect(sourcesIn(MEMBER)).toEqual(machines[1]?.interfaces);
  });

  test('keeps them after the credentials of a role have expired', async () => {
    const clock = createClock();
    const { machines, sourcesIn, cloud, member } = await startAccounts('soc-1', { clock });
    const sources = [...(machines[1]?.interfaces ?? [])];
    expect(cloud.calls['AssumeRole']).toBe(1);
    for (let hours = 1; hours <= 3; hours++) {
      clock.advance(3_600_000);
      sources.push(...(await launch(cloud, member, mirrored)).interfaces);
      expect(sourcesIn(MEMBER)).toEqual(sources);
    }
    expect(cloud.calls['AssumeRole']).toBe(4);
  });

  test('keeps what it may when a role cannot be assumed', async () => {
    const { machines, sourcesIn, cloud } = await startAccounts('wrong');
    expect(sourcesIn(cloud.account)).toEqual(machines[0]?.interfaces);
    expect(sourcesIn(MEMBER)).toEqual([]);
    expect(cloud.calls['AssumeRole']).toBeGreaterThan(0);
  });
});

test('a launch in a group is mirrored before its hook is completed', async () => {
  const { cloud } = await startKept();
  const { instanceId } = await cloud.launchInGroup({ tags: { mirror: 'sensor' } });
  await cloud.idle();
  expect(sessionsOf(cloud)).toHaveLength(1);
  expect(cloud.groupLaunches()).toMatchObject([{ instanceId, end: { how: 'completed', result: 'CONTINUE' } }]);
});

test('nothing is begun that would not end in the time that Lambda gives', async () => {
  let told = (): void => undefined;
  const isTold = new Promise<void>((resolve) => (told = resolve));
  const { cloud, client } = await startKept({
    timeoutSeconds: 10,
    journal: { write: (entry) => void (entry.kind === 'fault' && entry.code === 'config-invalid' && told()) },
  });
  await client.send(new RunInstancesCommand({ ...launchOptions('m5.large'), ...mirrored }));
  await isTold;
  expect(sessionsOf(cloud)).toEqual([]);
});

test('a deployment beside the first is told of the same events, and takes nothing from it', async () => {
  const { cloud, client, sensor } = await startKept();
  const told: JournalEntry[] = [];
  const second = hostLambdas(cloud, {
    rulesPath: await writeRules(rulesFor(sensor)),
    mode: () => 'observe',
    sweepSeconds: null,
    queues: await cloud.addQueues('second'),
    journal: { write: (entry) => void told.push(entry) },
  });
  endAfterTest(second.stop);
  const { interfaces } = await launch(cloud, client, mirrored);
  expect(sessionsOf(cloud)).toEqual([{ interfaceId: interfaces[0], number: 100, owner: 'soc' }]);
  expect(told.length).toBeGreaterThan(0);
});
