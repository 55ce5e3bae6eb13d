import type { NetworkInterface, NetworkInterfaceType } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { findUnfit } from '../../../lambdas/ec2/fitness.ts';
import { capacityOf } from '../../../lambdas/ec2/target-types.ts';

const NOTHING_AROUND = { targets: new Set<string>(), machineType: null };
const plain: NetworkInterface = { NetworkInterfaceId: 'eni-0a', InterfaceType: 'interface', RequesterManaged: false };

describe('interfaces', () => {
  const managed = { ...plain, RequesterManaged: true };

  test.each<[string, NetworkInterface]>([
    ['one of an instance', plain],
    ['one whose type is not said', { ...plain, InterfaceType: undefined }],
    ['one whose type is null', { ...plain, InterfaceType: null as never }],
    ['one of a type that nobody has heard of', { ...plain, InterfaceType: 'quantum_link' as never }],
    ['one that does not say who manages it', { ...plain, RequesterManaged: undefined }],
    ['one of RDS', { ...managed, RequesterId: 'amazon-rds' }],
    ['one of ElastiCache', { ...managed, RequesterId: 'amazon-elasticache' }],
    [
      'one of a Fargate task',
      { ...managed, Description: 'arn:aws:ecs:us-east-1:123456789012:attachment/0f1e2d3c-aaaa-bbbb-cccc-000000000000' },
    ],
    ['one of an EKS node that its plug-in made', { ...plain, Description: 'aws-K8S-i-0f3fbbbc0298d1a86' }],
  ])('%s is fit', (_, found) => {
    expect(findUnfit(found, NOTHING_AROUND)).toBeNull();
  });

  test.each([
    'api_gateway_managed',
    'aws_codestar_connections_managed',
    'branch',
    'ec2_instance_connect_endpoint',
    'efa',
    'efa-only',
    'efs',
    'evs',
    'gateway_load_balancer',
    'gateway_load_balancer_endpoint',
    'global_accelerator_managed',
    'iot_rules_managed',
    'lambda',
    'load_balancer',
    'nat_gateway',
    'natGateway',
    'network_load_balancer',
    'quicksight',
    'transit_gateway',
    'trunk',
    'vpc_endpoint',
  ])('one of type %s is unfit, also when it says that nobody manages it', (type) => {
    const found = { ...plain, InterfaceType: type as NetworkInterfaceType };
    expect(findUnfit(found, NOTHING_AROUND)).toMatch(`interfaces of type ${type} are not supported`);
    expect(findUnfit({ ...found, RequesterManaged: true, RequesterId: 'amazon-rds' }, NOTHING_AROUND)).not.toBeNull();
  });

  test.each<[NetworkInterface, RegExp]>([
    [
      { ...managed, RequesterId: 'amazon-elb', Description: 'ELB app/web/50dc6c495c0c9188' },
      /requester-managed \(amazon-elb\)/,
    ],
    [managed, /requester-managed/],
    [{ ...managed, Description: 'VPC Endpoint Interface vpce-0a' }, /requester-managed/],
    [{ ...plain, Ipv6Native: true }, /IPv6-only/],
  ])('%j is unfit', (found, why) => {
    expect(findUnfit(found, NOTHING_AROUND)).toMatch(why);
  });

  test('a target is unfit', () => {
    expect(findUnfit(plain, { targets: new Set(['eni-0a']), machineType: null })).toMatch(/mirror target/);
  });
});

describe('types of machines', () => {
  test.each(['m5.large', 'M6I.large', 't3.micro', 'm5.metal', 'x99.large', 'g5g.metal', 'not-a-type', ''])(
    '%s may be a source',
    (machineType) => {
      expect(findUnfit(plain, { targets: new Set(), machineType })).toBeNull();
    },
  );

  test.each(['t2.micro', 'T2.micro', 'm8g.large', 'c7gn.16xlarge', 'm6i.metal', 'r7i.metal-24xl', 'trn2.48xlarge'])(
    '%s is known to be none',
    (machineType) => {
      expect(findUnfit(plain, { targets: new Set(), machineType })).toContain(machineType);
    },
  );

  test.each([
    ['m5.large', 10],
    ['m5.24xlarge', 100],
    ['g6e.12xlarge', 100],
    ['g6e.16xlarge', 10],
    ['u-6tb1.56xlarge', 100],
    ['x99.96xlarge', 10],
    ['', 10],
    ['constructor.constructor', 10],
  ])('an interface of %s takes %i sources', (type, capacity) => {
    expect(capacityOf(type)).toBe(capacity);
  });
});
