import { Annotations, Duration, type Stack } from 'aws-cdk-lib';
import { type ISecurityGroup, type ISubnet, type IVpc, Port, SecurityGroup, Subnet } from 'aws-cdk-lib/aws-ec2';
import {
  type NetworkListener,
  NetworkLoadBalancer,
  NetworkTargetGroup,
  Protocol,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { InstanceIdTarget, IpTarget } from 'aws-cdk-lib/aws-elasticloadbalancingv2-targets';
import type { SensorEntry, Sensors } from './destination-settings.ts';
import { argueException } from '../nag.ts';
import { addOutput } from '../output.ts';
import { VXLAN, VXLAN_PORT } from './vxlan.ts';

/** What the mirror target stands in front of. */
interface SensorBalancer {
  readonly arn: string;
  /** The group that decides who may send to the load balancer. */
  readonly group: ISecurityGroup;
  readonly listener: NetworkListener;
}

/**
 * An internal Network Load Balancer in front of the sensors. A group can only be given to one that is born with one
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html).
 */
export function addSensorBalancer(
  stack: Stack,
  vpc: IVpc,
  sensors: ISecurityGroup,
  entry: Extract<SensorEntry, { kind: 'load-balancer' }>,
): SensorBalancer {
  const description = 'tapkeeper: mirrored packets to the load balancer of the sensors';
  const group = new SecurityGroup(stack, 'Balancer', { vpc, description, allowAllOutbound: false });
  const balancer = new NetworkLoadBalancer(stack, 'SensorBalancer', {
    vpc,
    vpcSubnets: { subnets: entry.subnets.map((id) => subnetOf(stack, id)) },
    internetFacing: false,
    securityGroups: [group],
    // Otherwise sources in a zone without a sensor are mirrored to nobody.
    crossZoneEnabled: true,
  });
  argueException(
    balancer,
    'A Network Load Balancer writes access logs of TLS listeners only; this one listens to UDP (https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html).',
    'AwsSolutions-ELB2',
  );
  allowToSensors(group, sensors, entry.healthCheckPort);
  const listener = balancer.addListener('Vxlan', {
    port: VXLAN_PORT,
    protocol: Protocol.UDP,
    defaultTargetGroups: [addTargetGroup(stack, vpc, entry)],
  });
  return { arn: balancer.loadBalancerArn, group, listener };
}

function subnetOf(stack: Stack, id: string): ISubnet {
  const subnet = Subnet.fromSubnetId(stack, id, id);
  // CDK warns of every subnet that is known by its id alone.
  const because = 'A load balancer is put into a subnet; nobody asks for the route table.';
  Annotations.of(subnet).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId', because);
  return subnet;
}

/**
 * The sensors trust the load balancer's group, not the sources: its packets are let in although they bear the sources'
 * addresses, and nobody can go round it (the same document).
 */
function allowToSensors(balancer: ISecurityGroup, sensors: ISecurityGroup, healthCheckPort: number): void {
  const parts = [
    { port: VXLAN, what: 'mirrored packets' },
    { port: Port.tcp(healthCheckPort), what: 'health checks' },
  ];
  for (const { port, what } of parts) {
    balancer.addEgressRule(sensors, port, `${what} to the sensors`);
    sensors.addIngressRule(balancer, port, `${what} of the load balancer`);
  }
}

/**
 * UDP cannot be asked whether it is there, so health is a TCP port that the sensor answers. Three checks in half a minute: the
 * default takes two and a half minutes to leave a sensor that is down, and nothing of that time is sent again.
 */
function addTargetGroup(
  stack: Stack,
  vpc: IVpc,
  { sensors, healthCheckPort }: Extract<SensorEntry, { kind: 'load-balancer' }>,
): NetworkTargetGroup {
  const group = new NetworkTargetGroup(stack, 'SensorTargets', {
    vpc,
    port: VXLAN_PORT,
    protocol: Protocol.UDP,
    targetType: sensors.kind === 'addresses' ? TargetType.IP : TargetType.INSTANCE,
    targets: toTargets(sensors),
    preserveClientIp: true,
    // A flow that never pauses would otherwise stay with a sensor that has left.
    connectionTermination: true,
    healthCheck: {
      protocol: Protocol.TCP,
      port: String(healthCheckPort),
      interval: Duration.seconds(10),
      healthyThresholdCount: 3,
      unhealthyThresholdCount: 3,
    },
  });
  if (sensors.kind === 'attached-by-hand') {
    const wanted = "Attach the sensors' Auto Scaling group to this target group";
    addOutput(stack, 'SensorTargetGroup', wanted, group.targetGroupArn);
  }
  return group;
}

function toTargets(sensors: Sensors): (InstanceIdTarget | IpTarget)[] {
  switch (sensors.kind) {
    case 'instances':
      return sensors.ids.map((id) => new InstanceIdTarget(id, VXLAN_PORT));
    case 'addresses':
      return sensors.addresses.map((address) => new IpTarget(address, VXLAN_PORT));
    case 'attached-by-hand':
      return [];
  }
}
