import { type CfnOutput, Stack } from 'aws-cdk-lib';
import {
  CfnTrafficMirrorFilter,
  CfnTrafficMirrorFilterRule,
  CfnTrafficMirrorTarget,
  type ISecurityGroup,
  type IVpc,
  Peer,
  SecurityGroup,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { DestinationSettings } from './destination-settings.ts';
import type { namesOf } from '../names.ts';
import { addOutput } from '../output.ts';
import { addSensorBalancer } from './sensor-balancer.ts';
import { VXLAN } from './vxlan.ts';

/** Where a stack is deployed. */
interface Place {
  readonly account: string;
  readonly region: string;
}

/**
 * The stack of what sensors' guides have a person make by hand: a filter, what mirrored packets are sent to, the mirror target
 * in front of it, and the security groups between. Its outputs hold the lines of the rules file that name it.
 *
 * Before it is removed or replaced, every session must be gone: EC2 deletes neither a filter nor a target that a session
 * uses, and the removal would stop half-way. `tapkeeper drain` detaches ours.
 */
export function destinationStack(
  app: Construct,
  names: ReturnType<typeof namesOf>,
  env: Place,
  settings: DestinationSettings,
): Stack {
  const stack = new Stack(app, names.destinationStack, {
    env,
    description: `tapkeeper: the mirror target and filter of ${names.stack}`,
  });
  // Nothing is looked up in the account: of the VPC only the id is used, and the zones are whatever the subnets are in.
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: settings.vpc, availabilityZones: [`${env.region}a`] });
  const sensors = addSensorGroup(stack, vpc, settings.sensorSecurityGroup);
  addFilter(stack);
  addEntry(stack, vpc, sensors, settings);
  return stack;
}

/** The group that lets mirrored packets in to the sensors; whatever else they may do is up to their other groups. */
function addSensorGroup(stack: Stack, vpc: IVpc, existing: string | null): ISecurityGroup {
  if (existing !== null) return SecurityGroup.fromSecurityGroupId(stack, 'Sensors', existing);
  const group = new SecurityGroup(stack, 'Sensors', {
    vpc,
    description: 'tapkeeper: mirrored packets to the sensors',
    allowAllOutbound: false,
  });
  const wanted = 'Put this security group on the interface of each sensor';
  addOutput(stack, 'SensorSecurityGroup', wanted, group.securityGroupId);
  return group;
}

/** Numbered with room before each, for what is to be left out later; a filter has ten rules at most. */
const RULES = [
  { id: 'Ipv4', ruleNumber: 100, everywhere: '0.0.0.0/0' },
  { id: 'Ipv6', ruleNumber: 200, everywhere: '::/0' },
] as const;

/**
 * A filter that takes everything, both ways. IPv6 has rules of its own, and DNS to the VPC's resolver is mirrored only where
 * the network service is named (https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-filters.html).
 */
function addFilter(stack: Stack): void {
  const filter = new CfnTrafficMirrorFilter(stack, 'Filter', {
    description: 'tapkeeper: everything, and DNS',
    networkServices: ['amazon-dns'],
  });
  for (const trafficDirection of ['ingress', 'egress'] as const) {
    for (const { id, ruleNumber, everywhere } of RULES) {
      const rule = new CfnTrafficMirrorFilterRule(stack, `${trafficDirection === 'ingress' ? 'In' : 'Out'}${id}`, {
        trafficMirrorFilterId: filter.ref,
        trafficDirection,
        ruleNumber,
        ruleAction: 'accept',
        sourceCidrBlock: everywhere,
        destinationCidrBlock: everywhere,
      });
      // cfn-lint takes every property of this name for IPv4; the document above has a rule like the one of IPv6.
      if (id === 'Ipv6') rule.addMetadata('cfn-lint', { config: { ignore_checks: ['E3002'] } });
    }
  }
  addRulesLine(stack, 'RulesFilter', 'filter', filter.ref);
}

function addEntry(stack: Stack, vpc: IVpc, sensors: ISecurityGroup, { entry, sources }: DestinationSettings): void {
  const description = 'tapkeeper: to the sensors';
  switch (entry.kind) {
    case 'network-interface': {
      allowSources(sensors, sources);
      const target = new CfnTrafficMirrorTarget(stack, 'Target', { networkInterfaceId: entry.id, description });
      addRulesLine(stack, 'RulesTarget', 'target', target.ref);
      return;
    }
    case 'load-balancer': {
      const balancer = addSensorBalancer(stack, vpc, sensors, entry);
      allowSources(balancer.group, sources);
      const networkLoadBalancerArn = balancer.arn;
      const target = new CfnTrafficMirrorTarget(stack, 'Target', { networkLoadBalancerArn, description });
      // Packets to a load balancer without its UDP listener are lost without an error.
      target.node.addDependency(balancer.listener);
      addRulesLine(stack, 'RulesTarget', 'networkLoadBalancer', networkLoadBalancerArn);
    }
  }
}

function allowSources(group: ISecurityGroup, sources: readonly string[]): void {
  for (const source of sources) group.addIngressRule(Peer.ipv4(source), VXLAN, 'mirrored packets');
}

/** A line of the destination in the rules file, to be copied as it stands. */
const addRulesLine = (stack: Stack, id: string, key: string, value: string): CfnOutput =>
  addOutput(stack, id, 'A line of the destination in the rules file', `${key}: ${value}`);
