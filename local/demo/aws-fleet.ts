import type { AwsCloud } from '../aws/aws-cloud.ts';
import { awsPerson, sessionParameters, tagParameters } from './aws-person.ts';
import { type Ec2Caller, ec2Caller, getElement, type Parameters } from './ec2-caller.ts';
import { untilTrue } from './until-true.ts';

/** What of the demo's AWS account the rules file names. */
export interface AwsEntries {
  readonly collectorInterface: string;
  readonly balancer: string;
  readonly balancerTarget: string;
  readonly filter: string;
}

/** A sensor behind an interface target, and one behind a load balancer. */
export async function createAwsSensors(cloud: AwsCloud): Promise<AwsEntries> {
  const call = ec2Caller(cloud.endpoint, cloud.region, TEAM);
  const filter = await createFilter(call, 'everything', ['ingress', 'egress']);
  const collector = await awsPerson(cloud, TEAM).launch({ name: 'sensor', tags: { role: 'sensor' } });
  const collectorInterface = await interfaceOf(cloud, collector);
  await createTarget(call, 'soc', { NetworkInterfaceId: collectorInterface });
  const balancer = `arn:aws:elasticloadbalancing:${cloud.region}:${cloud.account}:loadbalancer/net/ids/50dc6c495c0c9188`;
  cloud.addBalancer({ arn: balancer });
  const balancerTarget = await createTarget(call, 'ids', { NetworkLoadBalancerArn: balancer });
  return { collectorInterface, balancer, balancerTarget, filter };
}

/**
 * Machines that show what tapkeeper makes of a tag, of none, of a value that no rule knows, and of a session that somebody made
 * before. Returns the one without a tag.
 */
export async function launchAwsFleet(cloud: AwsCloud, { balancerTarget }: AwsEntries): Promise<string> {
  const call = ec2Caller(cloud.endpoint, cloud.region, TEAM);
  const person = awsPerson(cloud, TEAM);
  const watched = await person.launch({ name: 'payments-1', tags: { team: 'payments' } });
  await createSessionByHand(call, cloud, watched, balancerTarget);
  await person.tag(watched, 'data', 'pci');
  await person.launch({ name: 'web-1', tags: { mirror: 'soc', team: 'shop' } });
  await person.launch({ name: 'batch-1', tags: { mirror: 'sok', team: 'data' } });
  return person.launch({ name: 'web-2', tags: { team: 'shop' } });
}

const TEAM = 'platform-team';

const createTarget = async (call: Ec2Caller, name: string, reaches: Parameters): Promise<string> =>
  getElement(
    await call('CreateTrafficMirrorTarget', { ...reaches, ...tagParameters('traffic-mirror-target', { Name: name }) }),
    'trafficMirrorTargetId',
  );

/** Somebody already looks at what this machine receives, with the very number that a destination has. */
async function createSessionByHand(call: Ec2Caller, cloud: AwsCloud, machine: string, target: string): Promise<void> {
  const filter = await createFilter(call, 'netops: ingress only', ['ingress']);
  const source = await interfaceOf(cloud, machine);
  await call('CreateTrafficMirrorSession', sessionParameters({ source, target, filter, number: 100, by: 'netops' }));
}

async function createFilter(
  call: Ec2Caller,
  description: string,
  directions: readonly ('ingress' | 'egress')[],
): Promise<string> {
  const filter = getElement(
    await call('CreateTrafficMirrorFilter', { Description: description }),
    'trafficMirrorFilterId',
  );
  for (const direction of directions) {
    await call('CreateTrafficMirrorFilterRule', {
      TrafficMirrorFilterId: filter,
      TrafficDirection: direction,
      RuleNumber: '100',
      RuleAction: 'accept',
      SourceCidrBlock: '0.0.0.0/0',
      DestinationCidrBlock: '0.0.0.0/0',
    });
  }
  return filter;
}

/** A session or a target needs an interface whose attachment is complete, on a machine that runs. */
async function interfaceOf(cloud: AwsCloud, machine: string): Promise<string> {
  await untilTrue(cloud, () => cloud.state.in().instances.find(({ id }) => id === machine)?.state === 'running');
  const found = cloud.state.in().interfaces.find(({ attachment }) => attachment?.instanceId === machine);
  if (found === undefined) throw new Error(`the instance ${machine} has no interface`);
  return found.id;
}
