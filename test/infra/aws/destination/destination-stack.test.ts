import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import type {
  DestinationSettings,
  SensorEntry,
  Sensors,
} from '../../../../infra/aws/destination/destination-settings.ts';
import { newApp } from '../../../../infra/aws/new-app.ts';
import { destinationStack } from '../../../../infra/aws/destination/destination-stack.ts';
import { namesOf } from '../../../../infra/aws/names.ts';
import type { Owner } from '../../../../shared/words.ts';
import { propertiesOf, resourcesOf, type Json } from '../template.ts';

const INTERFACE: SensorEntry = { kind: 'network-interface', id: 'eni-0123456789abcdef0' };
const balancerOf = (sensors: Sensors): SensorEntry => ({
  kind: 'load-balancer',
  subnets: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  sensors,
  healthCheckPort: 22,
});
const BALANCER = balancerOf({ kind: 'instances', ids: ['i-0123456789abcdef0'] });

function synthesise(settings: DestinationSettings): Template {
  const place = { account: '123456789012', region: 'us-east-1' };
  return Template.fromStack(destinationStack(newApp({}), namesOf('soc' as Owner), place, settings));
}

const made = new Map<string, Template>();

/** The template for these settings, made once: it takes most of a second, and nobody changes it. */
function templateOf(entry: SensorEntry, more: Partial<DestinationSettings> = {}): Template {
  const settings = {
    vpc: 'vpc-0123456789abcdef0',
    sources: ['10.0.0.0/16'],
    sensorSecurityGroup: null,
    ...more,
    entry,
  };
  const key = JSON.stringify(settings);
  const template = made.get(key) ?? synthesise(settings);
  made.set(key, template);
  return template;
}

const FILTER_RULE = 'AWS::EC2::TrafficMirrorFilterRule';
const TARGET = 'AWS::EC2::TrafficMirrorTarget';
const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
const LISTENER = 'AWS::ElasticLoadBalancingV2::Listener';
const TARGET_GROUP = 'AWS::ElasticLoadBalancingV2::TargetGroup';
const GROUP = 'AWS::EC2::SecurityGroup';

/** The values of the outputs, by name. */
const outputsOf = (template: Template): Json =>
  Object.fromEntries(Object.entries(template.findOutputs('*')).map(([name, output]) => [name, output?.['Value']]));

const lineOf = (key: string, logicalId: string) => ({ 'Fn::Join': ['', [`${key}: `, { Ref: logicalId }]] });

const idOfGroup = (template: Template, description: string) => {
  const found = Object.entries(resourcesOf(template, GROUP)).find(
    ([, { Properties }]) => Properties['GroupDescription'] === description,
  );
  return { 'Fn::GetAtt': [found?.[0], 'GroupId'] };
};
const SENSORS = 'tapkeeper: mirrored packets to the sensors';
const GROUP_OF_BALANCER = 'tapkeeper: mirrored packets to the load balancer of the sensors';

/** A rule of a group without the words for people. */
function said(rule: Json): Json {
  const { Description: description, GroupId: _, ...rest } = rule;
  expect(description).toEqual(expect.any(String));
  return rest;
}

/** What may come in to a group, wherever in the template it is said. */
function ingressOf(template: Template, description: string): readonly Json[] {
  const GroupId = idOfGroup(template, description);
  const group = propertiesOf(template, GROUP).find((one) => one['GroupDescription'] === description) ?? {};
  const apart = propertiesOf(template, 'AWS::EC2::SecurityGroupIngress').filter(
    (rule) => JSON.stringify(rule['GroupId']) === JSON.stringify(GroupId),
  );
  return [...((group['SecurityGroupIngress'] ?? []) as readonly Json[]), ...apart].map(said);
}

const udp4789 = { IpProtocol: 'udp', FromPort: 4789, ToPort: 4789 };

describe('the filter', () => {
  test('takes everything, in both directions and of both IP versions, and DNS', () => {
    const template = templateOf(INTERFACE);
    expect(propertiesOf(template, 'AWS::EC2::TrafficMirrorFilter')).toMatchObject([
      { NetworkServices: ['amazon-dns'] },
    ]);
    const rule = (TrafficDirection: string, RuleNumber: number, everywhere: string) => ({
      TrafficMirrorFilterId: { Ref: 'Filter' },
      TrafficDirection,
      RuleNumber,
      RuleAction: 'accept',
      SourceCidrBlock: everywhere,
      DestinationCidrBlock: everywhere,
    });
    // Nothing else: a rule with a protocol takes only that one.
    expect(propertiesOf(template, FILTER_RULE)).toEqual([
      rule('ingress', 100, '0.0.0.0/0'),
      rule('ingress', 200, '::/0'),
      rule('egress', 100, '0.0.0.0/0'),
      rule('egress', 200, '::/0'),
    ]);
  });

  test('is given out as the line of the rules file', () => {
    expect(outputsOf(templateOf(INTERFACE))).toMatchObject({ RulesFilter: lineOf('filter', 'Filter') });
  });
});

describe("a sensor's interface", () => {
  test('is the target, and its line names the target', () => {
    const template = templateOf(INTERFACE);
    expect(propertiesOf(template, TARGET)).toMatchObject([{ NetworkInterfaceId: 'eni-0123456789abcdef0' }]);
    expect(outputsOf(template)).toMatchObject({ RulesTarget: lineOf('target', 'Target') });
    expect(propertiesOf(template, LOAD_BALANCER)).toEqual([]);
  });

  test('lets in mirrored packets of the sources, and nothing else', () => {
    const template = templateOf(INTERFACE, { sources: ['10.0.0.0/16', '10.1.0.0/16'] });
    expect(ingressOf(template, SENSORS)).toEqual([
      { ...udp4789, CidrIp: '10.0.0.0/16' },
      { ...udp4789, CidrIp: '10.1.0.0/16' },
    ]);
    expect(outputsOf(template)).toMatchObject({ SensorSecurityGroup: idOfGroup(template, SENSORS) });
  });

  test('gets the rules in its own group, where it has one', () => {
    const template = templateOf(INTERFACE, { sensorSecurityGroup: 'sg-0123456789abcdef0' });
    expect(propertiesOf(template, GROUP)).toEqual([]);
    expect(propertiesOf(template, 'AWS::EC2::SecurityGroupIngress')).toMatchObject([
      { ...udp4789, GroupId: 'sg-0123456789abcdef0', CidrIp: '10.0.0.0/16' },
    ]);
    expect(outputsOf(template)).not.toHaveProperty('SensorSecurityGroup');
  });
});

describe('a load balancer', () => {
  test('is internal, in every subnet, and serves sources of all zones', () => {
    expect(propertiesOf(templateOf(BALANCER), LOAD_BALANCER)).toMatchObject([
      {
        Type: 'network',
        Scheme: 'internal',
        Subnets: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
        LoadBalancerAttributes: expect.arrayContaining([
          { Key: 'load_balancing.cross_zone.enabled', Value: 'true' },
        ]) as unknown,
      },
    ]);
  });

  test('hands UDP 4789 on to the sensors, with the addresses of the sources', () => {
    const template = templateOf(BALANCER);
    expect(propertiesOf(template, LISTENER)).toMatchObject([{ Port: 4789, Protocol: 'UDP' }]);
    expect(propertiesOf(template, TARGET_GROUP)).toMatchObject([
      {
        Port: 4789,
        Protocol: 'UDP',
        TargetType: 'instance',
        Targets: [{ Id: 'i-0123456789abcdef0', Port: 4789 }],
        HealthCheckProtocol: 'TCP',
        HealthCheckPort: '22',
        TargetGroupAttributes: expect.arrayContaining([
          { Key: 'preserve_client_ip.enabled', Value: 'true' },
        ]) as unknown,
      },
    ]);
  });

  test('takes sensors by address', () => {
    const template = templateOf(balancerOf({ kind: 'addresses', addresses: ['10.0.1.5'] }));
    expect(propertiesOf(template, TARGET_GROUP)).toMatchObject([
      { TargetType: 'ip', Targets: [{ Id: '10.0.1.5', Port: 4789 }] },
    ]);
  });

  test('names the target group where sensors are attached to it by hand', () => {
    const template = templateOf(balancerOf({ kind: 'attached-by-hand' }));
    expect(propertiesOf(template, TARGET_GROUP).map((one) => one['Targets'])).toEqual([undefined]);
    const [group] = Object.keys(resourcesOf(template, TARGET_GROUP));
    expect(outputsOf(template)).toMatchObject({ SensorTargetGroup: { Ref: group } });
    expect(outputsOf(templateOf(BALANCER))).not.toHaveProperty('SensorTargetGroup');
  });

  test('is the target once it listens, and its line names it', () => {
    const template = templateOf(BALANCER);
    const [listener] = Object.keys(resourcesOf(template, LISTENER));
    const [balancer = ''] = Object.keys(resourcesOf(template, LOAD_BALANCER));
    expect(Object.values(resourcesOf(template, TARGET))).toMatchObject([
      { Properties: { NetworkLoadBalancerArn: { Ref: balancer } }, DependsOn: [listener] },
    ]);
    expect(outputsOf(template)).toMatchObject({ RulesTarget: lineOf('networkLoadBalancer', balancer) });
  });

  test('takes packets of the sources, and the sensors take what comes from it only', () => {
    const template = templateOf(BALANCER);
    const SourceSecurityGroupId = idOfGroup(template, GROUP_OF_BALANCER);
    expect(ingressOf(template, GROUP_OF_BALANCER)).toEqual([{ ...udp4789, CidrIp: '10.0.0.0/16' }]);
    expect(ingressOf(template, SENSORS)).toEqual([
      { ...udp4789, SourceSecurityGroupId },
      { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, SourceSecurityGroupId },
    ]);
  });

  test('sends to the sensors what they take, and nothing else to anybody', () => {
    const template = templateOf(BALANCER);
    const DestinationSecurityGroupId = idOfGroup(template, SENSORS);
    expect(propertiesOf(template, 'AWS::EC2::SecurityGroupEgress').map(said)).toEqual([
      { ...udp4789, DestinationSecurityGroupId },
      { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, DestinationSecurityGroupId },
    ]);
    expect(JSON.stringify(template.toJSON())).not.toContain('"IpProtocol":"-1"');
  });
});
