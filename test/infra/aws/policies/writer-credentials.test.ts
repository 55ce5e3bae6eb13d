import {
  CreateTagsCommand,
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorTargetCommand,
  DeleteTagsCommand,
  DeleteTrafficMirrorSessionCommand,
  DeleteTrafficMirrorTargetCommand,
  ModifyTrafficMirrorSessionCommand,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, test } from 'vitest';
import { clientOf, endAfterTest, launch, launchOptions, refusalOf } from '../../../local/aws/rig.ts';
import { clientAs, createSession, markOf, MEMBER, OURS, sessionsOf, startHeld, type Held } from './roles-rig.ts';

let held: Held;

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

  test('reaches another queue, role, object or parameter', async () => {
    const { cloud } = held;
    const credentials = cloud.as({ kind: 'role', roleName: cloud.roleName, sessionName: 'anybody' });
    const config = { region: cloud.region, credentials, maxAttempts: 1 };
    const sqs = new SQSClient({ ...config, endpoint: cloud.sqsEndpoint });
    const s3 = new S3Client({ ...config, endpoint: cloud.s3Endpoint, forcePathStyle: true });
    const sts = new STSClient({ ...config, endpoint: cloud.endpoint });
    const ssm = new SSMClient({ ...config, endpoint: cloud.endpoint });
    endAfterTest(async () => [sqs, s3, sts, ssm].forEach((client) => client.destroy()));
    const { bulk } = await cloud.addQueues('others');
    const RoleArn = cloud.addRole({ account: MEMBER, name: 'admin', trusts: [OURS] });
    cloud.putParameter({ name: '/others', value: 'theirs' });
    const denials = [
      () => sqs.send(new SendMessageCommand({ QueueUrl: bulk.url, MessageBody: 'x' })),
      () => s3.send(new GetObjectCommand({ Bucket: 'rules', Key: 'others.yaml' })),
      () => sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'anybody' })),
      () => ssm.send(new GetParameterCommand({ Name: '/others' })),
    ];
    for (const ask of denials) expect(await refusalOf(ask())).toMatch(/^AccessDenied/);
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
