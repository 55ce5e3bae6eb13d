import {
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  CreateTagsCommand,
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorFilterRuleCommand,
  CreateTrafficMirrorSessionCommand,
  CreateTrafficMirrorTargetCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DeleteTrafficMirrorFilterCommand,
  DeleteTrafficMirrorFilterRuleCommand,
  DeleteTrafficMirrorSessionCommand,
  DeleteTrafficMirrorTargetCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeTrafficMirrorFiltersCommand,
  DescribeTrafficMirrorSessionsCommand,
  DescribeTrafficMirrorTargetsCommand,
  DetachNetworkInterfaceCommand,
  ModifyTrafficMirrorFilterNetworkServicesCommand,
  ModifyTrafficMirrorFilterRuleCommand,
  ModifyTrafficMirrorSessionCommand,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { clientOf, createSensor, launch, launchOptions, NLB, refusalOf, sessionCommand, startCloud } from './rig.ts';

/** A machine and a sensor, with the ids that the calls below need. */
async function startScene() {
  const cloud = await startCloud();
  const client = clientOf(cloud);
  const { id, interfaces } = await launch(cloud, client);
  const sensor = await createSensor(client);
  const source = interfaces[0] ?? '';
  const subnet = cloud.state.in().subnets[0]?.id ?? '';
  return { cloud, client, id, source, sensor, subnet };
}

type Scene = Awaited<ReturnType<typeof startScene>>;

type Repeat = { readonly ClientToken: string };

const rule = ({ sensor }: Scene) => ({
  TrafficMirrorFilterId: sensor.filterId,
  TrafficDirection: 'ingress' as const,
  RuleNumber: 1,
  RuleAction: 'accept' as const,
  SourceCidrBlock: '0.0.0.0/0',
  DestinationCidrBlock: '0.0.0.0/0',
});

test.each<
  [name: string, (client: EC2Client, scene: Scene, repeat: Repeat & { Description?: string }) => Promise<unknown>]
>([
  [
    'an interface',
    (client, { subnet }, repeat) => client.send(new CreateNetworkInterfaceCommand({ SubnetId: subnet, ...repeat })),
  ],
  [
    'a target',
    (client, _scene, repeat) =>
      client.send(new CreateTrafficMirrorTargetCommand({ NetworkLoadBalancerArn: NLB, ...repeat })),
  ],
  ['a filter', (client, _scene, repeat) => client.send(new CreateTrafficMirrorFilterCommand(repeat))],
  [
    'a rule',
    (client, scene, repeat) => client.send(new CreateTrafficMirrorFilterRuleCommand({ ...rule(scene), ...repeat })),
  ],
  [
    'a session',
    (client, { source, sensor }, repeat) =>
      client.send(new CreateTrafficMirrorSessionCommand({ ...sessionCommand(source, sensor, 1).input, ...repeat })),
  ],
])('%s is created once for one client token', async (_name, create) => {
  const scene = await startScene();
  const { cloud, client } = scene;
  const count = () => {
    const { interfaces, targets, filters, sessions } = cloud.state.in();
    const rules = filters.flatMap((filter) => filter.rules);
    return [interfaces, targets, filters, sessions, rules].reduce((sum, items) => sum + items.length, 0);
  };
  const before = count();
  await create(client, scene, { ClientToken: 'once' });
  await create(client, scene, { ClientToken: 'once' });
  expect(count()).toBe(before + 1);
  const other = create(client, scene, { ClientToken: 'once', Description: 'another' });
  expect(await refusalOf(other)).toBe('IdempotentParameterMismatch');
  const elsewhere = clientOf(cloud, { region: 'eu-west-1' });
  const again = create(elsewhere, scene, { ClientToken: 'once', Description: 'another' });
  expect(await refusalOf(again)).not.toBe('IdempotentParameterMismatch');
});

const NONE = '0123456789abcdef0';
const tags = [{ Key: 'k', Value: 'v' }];
const DryRun = true;

test.each([
  new AttachNetworkInterfaceCommand({
    NetworkInterfaceId: `eni-${NONE}`,
    InstanceId: `i-${NONE}`,
    DeviceIndex: 1,
    DryRun,
  }),
  new CreateNetworkInterfaceCommand({ SubnetId: `subnet-${NONE}`, DryRun }),
  new CreateTagsCommand({ Resources: [`i-${NONE}`], Tags: tags, DryRun }),
  new CreateTrafficMirrorFilterCommand({ DryRun }),
  new CreateTrafficMirrorSessionCommand({
    ...sessionCommand(`eni-${NONE}`, { targetId: 'tmt', filterId: 'tmf' }, 0).input,
    DryRun,
  }),
  new CreateTrafficMirrorTargetCommand({ DryRun }),
  new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: `eni-${NONE}`, DryRun }),
  new DeleteTagsCommand({ Resources: [`i-${NONE}`], DryRun }),
  new DeleteTrafficMirrorFilterCommand({ TrafficMirrorFilterId: `tmf-${NONE}`, DryRun }),
  new DeleteTrafficMirrorFilterRuleCommand({ TrafficMirrorFilterRuleId: `tmfr-${NONE}`, DryRun }),
  new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: `tms-${NONE}`, DryRun }),
  new DeleteTrafficMirrorTargetCommand({ TrafficMirrorTargetId: `tmt-${NONE}`, DryRun }),
  new DescribeInstancesCommand({ DryRun }),
  new DescribeNetworkInterfacesCommand({ DryRun }),
  new DescribeTrafficMirrorFiltersCommand({ DryRun }),
  new DescribeTrafficMirrorSessionsCommand({ DryRun }),
  new DescribeTrafficMirrorTargetsCommand({ DryRun }),
  new DetachNetworkInterfaceCommand({ AttachmentId: `eni-attach-${NONE}`, DryRun }),
  new ModifyTrafficMirrorFilterNetworkServicesCommand({ TrafficMirrorFilterId: `tmf-${NONE}`, DryRun }),
  new ModifyTrafficMirrorFilterRuleCommand({ TrafficMirrorFilterRuleId: `tmfr-${NONE}`, DryRun }),
  new ModifyTrafficMirrorSessionCommand({ TrafficMirrorSessionId: `tms-${NONE}`, DryRun }),
  new RunInstancesCommand({ ...launchOptions('m5.large'), DryRun }),
  new StopInstancesCommand({ InstanceIds: [`i-${NONE}`], DryRun }),
  new TerminateInstancesCommand({ InstanceIds: [`i-${NONE}`], DryRun }),
])('a dry run looks at permission only: $constructor.name', async (command) => {
  const cloud = await startCloud();
  const client = clientOf(cloud);
  const action = command.constructor.name.replace('Command', '');
  const send = client.send.bind(client) as (given: unknown) => Promise<unknown>;
  expect(await refusalOf(send(command))).toBe('DryRunOperation');
  cloud.deny(action);
  expect(await refusalOf(send(command))).toBe('UnauthorizedOperation');
  const { instances, interfaces, filters, targets } = cloud.state.in();
  expect([instances, interfaces, filters, targets]).toEqual([[], [], [], []]);
});
