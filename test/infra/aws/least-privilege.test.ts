import {
  CreateTagsCommand,
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorSessionCommand,
  CreateTrafficMirrorTargetCommand,
  DeleteTagsCommand,
  DeleteTrafficMirrorSessionCommand,
  DeleteTrafficMirrorTargetCommand,
  ModifyTrafficMirrorSessionCommand,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type EC2Client,
  type Tag,
} from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, test } from 'vitest';
import { PERMISSIONS, type Permission } from '../../../lambdas/ec2/permissions.ts';
import { clientOf, launch, launchOptions, refusalOf, sessionCommand } from '../../local/aws/rig.ts';
import { clientAs, deploy, MEMBER, OURS, startHeld, type Held } from './roles-rig.ts';

const tagged = (destination: string) => ({
  TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [{ Key: 'mirror', Value: destination }] }],
});

const rulesFor = ({ sensor, other }: Held): string => `
version: 1
owner: soc
formerOwners: [old-soc]
destinations:
  sensor: { cloud: aws, region: us-east-1, target: ${sensor.targetId}, filter: ${sensor.filterId}, sessionNumber: 100 }
  other: { cloud: aws, region: us-east-1, target: ${other.targetId}, filter: ${other.filterId}, sessionNumber: 100 }
rules:
  - name: tagged
    when: { tag: mirror }
    mirror: { fromTag: mirror, among: [sensor, other] }
`;

const markOf = (owner: string): Tag[] => [
  { Key: 'tapkeeper:owner', Value: owner },
  { Key: 'tapkeeper:mark', Value: 'v1' },
];

async function createSession(client: EC2Client, source: string | undefined, held: Held, tags: Tag[]): Promise<string> {
  const TagSpecifications = [{ ResourceType: 'traffic-mirror-session' as const, Tags: tags }];
  const { input } = sessionCommand(source, held.sensor, 50);
  const command = new CreateTrafficMirrorSessionCommand(tags.length === 0 ? input : { ...input, TagSpecifications });
  const { TrafficMirrorSession: session } = await client.send(command);
  return session?.TrafficMirrorSessionId ?? '';
}

const sessionsOf = ({ cloud }: Held, account = OURS) =>
  cloud.state
    .in('us-east-1', account)
    .sessions.map(({ interfaceId, targetId, number, tags }) => [
      interfaceId,
      targetId,
      number,
      tags['tapkeeper:owner'],
    ]);

const refusedOf = ({ cloud }: Held): readonly string[] => [...cloud.judged.refused];

let held: Held;

describe('with exactly what the policies allow, the handlers', () => {
  beforeEach(async () => {
    held = await startHeld([OURS]);
  });

  test('attach, follow the tag and detach', async () => {
    const { cloud, person, sensor, other } = held;
    deploy(held, rulesFor(held));
    const { id, interfaces } = await launch(cloud, person, tagged('sensor'));
    expect(sessionsOf(held)).toEqual([[interfaces[0], sensor.targetId, 100, 'soc']]);
    await person.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'mirror', Value: 'other' }] }));
    await cloud.idle();
    expect(sessionsOf(held)).toEqual([[interfaces[0], other.targetId, 100, 'soc']]);
    await person.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'mirror' }] }));
    await cloud.idle();
    expect(sessionsOf(held)).toEqual([]);
    expect(refusedOf(held)).toEqual([]);
  });

  test('mend what a person changes and what a person deletes', async () => {
    const { cloud, person, sensor } = held;
    deploy(held, rulesFor(held));
    const { interfaces } = await launch(cloud, person, tagged('sensor'));
    const [before] = cloud.state.in().sessions;
    await person.send(
      new ModifyTrafficMirrorSessionCommand({
        TrafficMirrorSessionId: before?.id,
        SessionNumber: 7,
        VirtualNetworkId: 9,
      }),
    );
    await cloud.idle();
    expect(sessionsOf(held)).toEqual([[interfaces[0], sensor.targetId, 100, 'soc']]);
    await person.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: before?.id }));
    await cloud.idle();
    expect(sessionsOf(held)).toEqual([[interfaces[0], sensor.targetId, 100, 'soc']]);
    expect(refusedOf(held)).toEqual([]);
  });

  test('take over what a former owner left: change it where it is wanted, delete it where it is not', async () => {
    const { cloud, person, sensor } = held;
    const wanted = await launch(cloud, person, tagged('sensor'));
    const unwanted = await launch(cloud, person);
    await createSession(person, wanted.interfaces[0], held, markOf('old-soc'));
    await createSession(person, unwanted.interfaces[0], held, markOf('old-soc'));
    const { host } = deploy(held, rulesFor(held));
    await host.sweep();
    await cloud.idle();
    expect(sessionsOf(held)).toEqual([[wanted.interfaces[0], sensor.targetId, 100, 'old-soc']]);
    expect(refusedOf(held)).toEqual([]);
  });

  test('let a machine of an Auto Scaling group go into service', async () => {
    const { cloud, sensor } = held;
    deploy(held, rulesFor(held));
    await cloud.launchInGroup({ group: 'web', tags: { mirror: 'sensor' } });
    await cloud.idle();
    expect(sessionsOf(held).map(([, target]) => target)).toEqual([sensor.targetId]);
    expect(cloud.groupLaunches().map(({ end }) => end?.result)).toEqual(['CONTINUE']);
    expect(refusedOf(held)).toEqual([]);
  });

  test('keep another account by the role there', async () => {
    held = await startHeld([OURS, MEMBER]);
    const { cloud, sensor } = held;
    const theirs = clientOf(cloud, { account: MEMBER });
    cloud.share(sensor.targetId, MEMBER);
    const { TrafficMirrorFilter: filter } = await theirs.send(new CreateTrafficMirrorFilterCommand({}));
    const filters = `{ '${OURS}': ${sensor.filterId}, '${MEMBER}': ${filter?.TrafficMirrorFilterId} }`;
    const rules = rulesFor(held).replace(`filter: ${sensor.filterId}`, `filter: ${filters}`);
    deploy(held, rules);
    const { id, interfaces } = await launch(cloud, theirs, tagged('sensor'));
    expect(sessionsOf(held, MEMBER)).toEqual([[interfaces[0], sensor.targetId, 100, 'soc']]);
    await theirs.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'mirror' }] }));
    await cloud.idle();
    expect(sessionsOf(held, MEMBER)).toEqual([]);
    expect(refusedOf(held)).toEqual([]);
  });
});

describe('the sweep', () => {
  const UNTOLD = { rules: { nothing: { source: ['nobody'] } } };

  const usedBySweep = ({ cloud }: Held): readonly string[] =>
    [...cloud.judged.allowed].flatMap((line) => /^tapkeeper-soc-sweep (\S+)/.exec(line)?.[1] ?? []).sort();

  test('of one scope reads it and hands on what no event told', async () => {
    held = await startHeld([OURS], UNTOLD);
    const { cloud, person, sensor } = held;
    const { host } = deploy(held, rulesFor(held));
    const { interfaces } = await launch(cloud, person, tagged('sensor'));
    await host.sweep();
    await cloud.idle();
    expect(sessionsOf(held)).toEqual([[interfaces[0], sensor.targetId, 100, 'soc']]);
    expect(refusedOf(held)).toEqual([]);
    expect(usedBySweep(held).filter((action) => !action.includes(':Describe'))).toEqual(['sqs:SendMessage']);
    expect(usedBySweep(held)).toContain('ec2:DescribeInstances');
  });

  test('of one scope of another account reads it by the role there', async () => {
    held = await startHeld([MEMBER], UNTOLD);
    const { host } = deploy(held, rulesFor(held));
    await host.sweep();
    await held.cloud.idle();
    expect(refusedOf(held)).toEqual([]);
    expect(usedBySweep(held)).toEqual(['sts:AssumeRole']);
  });

  test('of several scopes only hands them on', async () => {
    held = await startHeld([OURS, MEMBER], UNTOLD);
    const { cloud, person, sensor } = held;
    const { host } = deploy(held, rulesFor(held));
    const { interfaces } = await launch(cloud, person, tagged('sensor'));
    await host.sweep();
    await cloud.idle();
    expect(sessionsOf(held)).toEqual([[interfaces[0], sensor.targetId, 100, 'soc']]);
    expect(refusedOf(held)).toEqual([]);
    expect(usedBySweep(held)).toEqual(['sqs:SendMessage']);
  });

  test('changes nothing itself, not even what is ours', async () => {
    held = await startHeld([OURS]);
    const { interfaces } = await launch(held.cloud, held.person);
    const session = await createSession(held.person, interfaces[0], held, markOf('soc'));
    const sweeper = clientAs(held.cloud, 'tapkeeper-soc-sweep');
    const change = { TrafficMirrorSessionId: session, SessionNumber: 1 };
    expect(await refusalOf(sweeper.send(new ModifyTrafficMirrorSessionCommand(change)))).toBe('UnauthorizedOperation');
    const one = { TrafficMirrorSessionId: session };
    expect(await refusalOf(sweeper.send(new DeleteTrafficMirrorSessionCommand(one)))).toBe('UnauthorizedOperation');
  });
});

describe("with the writer's credentials nobody", () => {
  let source: string;
  let id: string;

  beforeEach(async () => {
    held = await startHeld([OURS]);
    const machine = await launch(held.cloud, held.person);
    id = machine.id;
    source = machine.interfaces[0] ?? '';
  });

  const allButOurs = [
    ['another owner', markOf('another')],
    ['no tags', []],
    ['a mark without an owner', markOf('soc').slice(1)],
    ['an owner without a mark', markOf('soc').slice(0, 1)],
    ['an owner in other letters', markOf('Soc')],
    ['a mark of another version', [...markOf('soc').slice(0, 1), { Key: 'tapkeeper:mark', Value: 'v2' }]],
  ] as const;

  test.each(allButOurs)('changes or deletes a session with %s', async (_, tags) => {
    const session = await createSession(held.person, source, held, [...tags]);
    const before = held.cloud.state.in().sessions;
    const { writer } = held;
    const change = { TrafficMirrorSessionId: session, SessionNumber: 7 };
    expect(await refusalOf(writer.send(new ModifyTrafficMirrorSessionCommand(change)))).toBe('UnauthorizedOperation');
    const one = { TrafficMirrorSessionId: session };
    expect(await refusalOf(writer.send(new DeleteTrafficMirrorSessionCommand(one)))).toBe('UnauthorizedOperation');
    expect(held.cloud.state.in().sessions).toEqual(before);
  });

  test.each([
    ...allButOurs,
    ["a former owner's mark", markOf('old-soc')],
    ['a tag more', [...markOf('soc'), { Key: 'mirror', Value: 'sensor' }]],
  ] as const)('creates a session with %s', async (_, tags) => {
    expect(await refusalOf(createSession(held.writer, source, held, [...tags]))).toBe('UnauthorizedOperation');
    expect(sessionsOf(held)).toEqual([]);
  });

  test('tags anything that is there', async () => {
    const ours = await createSession(held.writer, source, held, markOf('soc'));
    const theirs = await createSession(held.person, (await launch(held.cloud, held.person)).interfaces[0], held, []);
    for (const resource of [id, source, ours, theirs, held.sensor.targetId, held.sensor.filterId]) {
      const command = new CreateTagsCommand({ Resources: [resource], Tags: markOf('soc') });
      expect(await refusalOf(held.writer.send(command)), resource).toBe('UnauthorizedOperation');
    }
    const remove = new DeleteTagsCommand({ Resources: [ours], Tags: [{ Key: 'tapkeeper:owner' }] });
    expect(await refusalOf(held.writer.send(remove))).toBe('UnauthorizedOperation');
  });

  test('touches machines, targets or filters', async () => {
    const { writer, sensor } = held;
    const commands = [
      new RunInstancesCommand(launchOptions('m5.large')),
      new StopInstancesCommand({ InstanceIds: [id] }),
      new TerminateInstancesCommand({ InstanceIds: [id] }),
      new DeleteTrafficMirrorTargetCommand({ TrafficMirrorTargetId: sensor.targetId }),
      new CreateTrafficMirrorFilterCommand({}),
    ];
    for (const command of commands) {
      expect(await refusalOf(writer.send(command as StopInstancesCommand))).toBe('UnauthorizedOperation');
    }
  });

  test('reaches another region', async () => {
    const theirs = clientOf(held.cloud, { region: 'eu-west-1' });
    const [{ interfaces: sources }, sink] = [await launch(held.cloud, theirs), await launch(held.cloud, theirs)];
    const [target, filter] = await Promise.all([
      theirs.send(new CreateTrafficMirrorTargetCommand({ NetworkInterfaceId: sink.interfaces[0] })),
      theirs.send(new CreateTrafficMirrorFilterCommand({})),
    ]);
    const there = {
      targetId: target.TrafficMirrorTarget?.TrafficMirrorTargetId ?? '',
      filterId: filter.TrafficMirrorFilter?.TrafficMirrorFilterId ?? '',
    };
    const session = await createSession(theirs, sources[0], { ...held, sensor: there }, markOf('soc'));
    const writer = clientAs(held.cloud, held.cloud.roleName, 'eu-west-1');
    const one = { TrafficMirrorSessionId: session };
    expect(await refusalOf(writer.send(new DeleteTrafficMirrorSessionCommand(one)))).toBe('UnauthorizedOperation');
  });
});

/** What no handler of the walk below calls, and why. */
const NOT_EXERCISED: Readonly<Record<string, string>> = {
  readRulesObject: 'the rules are given',
  readRulesParameter: 'the rules are given',
};

test('every permission is one that the handlers use', async () => {
  held = await startHeld([OURS, MEMBER]);
  const { cloud, person } = held;
  const { host } = deploy(held, rulesFor(held));
  const { id } = await launch(cloud, person, tagged('sensor'));
  await person.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'mirror', Value: 'other' }] }));
  await cloud.idle();
  await person.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'mirror' }] }));
  await cloud.launchInGroup({ group: 'web', tags: { mirror: 'sensor' } });
  await cloud.idle();
  await host.sweep();
  await cloud.idle();
  const used = new Set([...cloud.judged.allowed].map((line) => line.split(' ')[1]));
  const unused = Object.entries<Permission>(PERMISSIONS).filter(([, permission]) =>
    [permission, ...permission.also].some(({ action }) => !used.has(action)),
  );
  expect(unused.map(([name]) => name)).toEqual(Object.keys(NOT_EXERCISED));
  expect(refusedOf(held)).toEqual([]);
});
