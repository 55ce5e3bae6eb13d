import {
  CreateTagsCommand,
  CreateTrafficMirrorFilterCommand,
  DeleteTagsCommand,
  DeleteTrafficMirrorSessionCommand,
  ModifyTrafficMirrorSessionCommand,
} from '@aws-sdk/client-ec2';
import { beforeEach, describe, expect, test } from 'vitest';
import { PERMISSIONS, type Permission } from '../../../../lambdas/ec2/permissions.ts';
import { clientOf, launch, refusalOf } from '../../../local/aws/rig.ts';
import {
  clientAs,
  createSession,
  deploy,
  markOf,
  MEMBER,
  OURS,
  sessionsOf,
  startHeld,
  type Held,
} from './roles-rig.ts';

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

const refusedOf = ({ cloud }: Held): readonly string[] => [...cloud.judged.refused];

let held: Held;

describe('with exactly what the policies allow, the handlers', () => {
  beforeEach(async () => {
    held = await startHeld([OURS]);
  });

  test('attach, follow the tag and detach', async () => {
    const { cloud, person, sensor, other } = held;
    await deploy(held, rulesFor(held));
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
    await deploy(held, rulesFor(held));
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
    const { host } = await deploy(held, rulesFor(held));
    await host.sweep();
    await cloud.idle();
    expect(sessionsOf(held)).toEqual([[wanted.interfaces[0], sensor.targetId, 100, 'old-soc']]);
    expect(refusedOf(held)).toEqual([]);
  });

  test('let a machine of an Auto Scaling group go into service', async () => {
    const { cloud, sensor } = held;
    await deploy(held, rulesFor(held));
    await cloud.launchInGroup({ group: 'web', tags: { mirror: 'sensor' } });
    await cloud.idle();
    expect(sessionsOf(held).map(([, target]) => target)).toEqual([sensor.targetId]);
    expect(cloud.groupLaunches().map(({ end }) => end?.result)).toEqual(['CONTINUE']);
    expect(refusedOf(held)).toEqual([]);
  });

  test.each([
    { kind: 'object', bucket: 'rules', key: 'soc/tap keeper.yaml' },
    { kind: 'parameter', name: '/soc/tapkeeper' },
  ] as const)('read rules from the $kind that is named', async (rules) => {
    held = await startHeld([OURS], { rules });
    const { cloud, person, sensor } = held;
    const { host } = await deploy(held, rulesFor(held));
    const { interfaces } = await launch(cloud, person, tagged('sensor'));
    await host.sweep();
    await cloud.idle();
    expect(sessionsOf(held)).toEqual([[interfaces[0], sensor.targetId, 100, 'soc']]);
    expect(refusedOf(held)).toEqual([]);
    const action = rules.kind === 'object' ? 's3:GetObject' : 'ssm:GetParameter';
    expect([...cloud.judged.allowed].filter((line) => line.includes(` ${action} `))).toHaveLength(2);
  });

  test('keep another account by the role there', async () => {
    held = await startHeld([OURS, MEMBER]);
    const { cloud, sensor } = held;
    const theirs = clientOf(cloud, { account: MEMBER });
    cloud.share(sensor.targetId, MEMBER);
    const { TrafficMirrorFilter: filter } = await theirs.send(new CreateTrafficMirrorFilterCommand({}));
    const filters = `{ '${OURS}': ${sensor.filterId}, '${MEMBER}': ${filter?.TrafficMirrorFilterId} }`;
    const rules = rulesFor(held).replace(`filter: ${sensor.filterId}`, `filter: ${filters}`);
    await deploy(held, rules);
    const { id, interfaces } = await launch(cloud, theirs, tagged('sensor'));
    expect(sessionsOf(held, MEMBER)).toEqual([[interfaces[0], sensor.targetId, 100, 'soc']]);
    await theirs.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'mirror' }] }));
    await cloud.idle();
    expect(sessionsOf(held, MEMBER)).toEqual([]);
    expect(refusedOf(held)).toEqual([]);
  });
});

describe('the sweep', () => {
  const UNTOLD = { eventRules: { nothing: { source: ['nobody'] } } };

  const usedBySweep = ({ cloud }: Held): readonly string[] =>
    [...cloud.judged.allowed].flatMap((line) => /^tapkeeper-soc-sweep (\S+)/.exec(line)?.[1] ?? []).sort();

  test('of one scope reads it and hands on what no event told', async () => {
    held = await startHeld([OURS], UNTOLD);
    const { cloud, person, sensor } = held;
    const { host } = await deploy(held, rulesFor(held));
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
    const { host } = await deploy(held, rulesFor(held));
    await host.sweep();
    await held.cloud.idle();
    expect(refusedOf(held)).toEqual([]);
    expect(usedBySweep(held)).toEqual(['sts:AssumeRole']);
  });

  test('of several scopes only hands them on', async () => {
    held = await startHeld([OURS, MEMBER], UNTOLD);
    const { cloud, person, sensor } = held;
    const { host } = await deploy(held, rulesFor(held));
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

/** What the walk below does not call: rules are in one place, and are read from the others above; the local cloud encrypts nothing. */
const NOT_EXERCISED: readonly string[] = ['readRulesObject', 'decryptRules'];

test('every permission is one that the handlers use', async () => {
  held = await startHeld([OURS, MEMBER], { rules: { kind: 'parameter', name: '/soc/tapkeeper' } });
  const { cloud, person } = held;
  const { host } = await deploy(held, rulesFor(held));
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
  expect(unused.map(([name]) => name)).toEqual(NOT_EXERCISED);
  expect(refusedOf(held)).toEqual([]);
});
