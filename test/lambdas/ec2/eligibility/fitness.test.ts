import type { NetworkInterface, NetworkInterfaceType } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { findUnfit } from '../../../../lambdas/ec2/eligibility/fitness.ts';
import { capacityOf } from '../../../../lambdas/ec2/destinations/target-types.ts';

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

/** Families that https://docs.aws.amazon.com/vpc/latest/mirroring/what-is-traffic-mirroring.html lists as sources. */
const SUPPORTED = `
  a1 m4 m5 m5a m5ad m5d m5dn m5n m5zn m6a m6g m6gd m6i m6id m6idn m6in m7a m7g m7gd m7i m7i-flex mac1 mac2 mac2-m1ultra
  mac2-m2 mac2-m2pro t3 t3a t4g c4 c5 c5a c5ad c5d c5n c6a c6g c6gd c6gn c6i c6id c6in c7a c7g c7gd c7i c7i-flex
  r4 r5 r5a r5ad r5b r5d r5dn r5n r6a r6g r6gd r6i r6id r6idn r6in r7a r7g r7gd r7i r7iz u-3tb1 u-6tb1 u-9tb1 u-12tb1
  u-18tb1 u-24tb1 u7i-6tb u7i-8tb u7i-12tb u7in-16tb u7in-24tb u7in-32tb u7inh-32tb x1 x1e x2gd x2idn x2iedn x2iezn z1d
  d2 d3 d3en h1 i3 i3en i4g i4i i7i im4gn is4gen dl1 dl2q f2 g3 g4ad g4dn g5 g5g g6 g6e g6f gr6 gr6f inf1 inf2
  p3 p3dn p4d p4de p5 p5e trn1 trn1n vt1 hpc6a hpc6id hpc7a`
  .trim()
  .split(/\s+/);

/** Those of which also the bare metal is listed: it is on the second Nitro version. */
const METAL =
  'm5 m5d m6g m6gd mac1 mac2 mac2-m1ultra mac2-m2 mac2-m2pro a1 c5 c5d c6g c6gd r5 r5b r5d r6g r6gd x2gd z1d i3 g5g'.split(
    ' ',
  );

/** As https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-quotas.html lists them, by size. */
const TAKES_A_HUNDRED: Readonly<Record<string, string>> = {
  '3xlarge': 'trn2',
  '4xlarge': 'p5 hpc7g',
  '8xlarge': 'hpc7g',
  '12xlarge': 'm5zn m8ine c8ine x2iezn z1d g6e g7e hpc7a',
  '16xlarge': 'm6g m6gd c6g c6gd c6gn c7gn r6g r6gd x2gd i4g im4gn g5g hpc7g',
  '18xlarge': 'c5 c5d c5n',
  '48xlarge':
    'm6a m7a m7i m8a m8gb m8in c8ib r8idb x8g i7ie i8ge f2 g6e g7e inf2 p5 p5en p6-b300 trn2 trn2u hpc6a hpc7a',
  '96xlarge': 'm8i m8idb c8id r8ib x8i hpc7a hpc8a',
  '112xlarge': 'u-6tb1 u-24tb1 u7i-8tb',
};

describe('types of machines', () => {
  test.each(['m5.large', 'M6I.large', 't3.micro', 'm5.metal', 'x99.large', 'g5g.metal', 'not-a-type', ''])(
    '%s may be a source',
    (machineType) => {
      expect(findUnfit(plain, { targets: new Set(), machineType })).toBeNull();
    },
  );

  test('what the documentation lists as a source is never refused', () => {
    const types = [...SUPPORTED.map((family) => `${family}.xlarge`), ...METAL.map((family) => `${family}.metal`)];
    expect(types.filter((machineType) => findUnfit(plain, { targets: new Set(), machineType }) !== null)).toEqual([]);
  });

  test.each(['t2.micro', 'T2.micro', 'm8g.large', 'c7gn.16xlarge', 'm6i.metal', 'r7i.metal-24xl', 'trn2.48xlarge'])(
    '%s is known to be none',
    (machineType) => {
      expect(findUnfit(plain, { targets: new Set(), machineType })).toContain(machineType);
    },
  );

  test('what the documentation lists as taking a hundred does', () => {
    const types = Object.entries(TAKES_A_HUNDRED).flatMap(([size, families]) =>
      families.split(' ').map((family) => `${family}.${size}`),
    );
    expect(types.filter((type) => capacityOf(type) !== 100)).toEqual([]);
  });

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
