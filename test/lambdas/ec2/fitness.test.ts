import type { NetworkInterface, NetworkInterfaceType } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { findUnfit } from '../../../lambdas/ec2/fitness.ts';
import { capacityOf } from '../../../lambdas/ec2/target-types.ts';

const NOTHING_AROUND = { targets: new Set<string>(), machineType: null };
const plain: NetworkInterface = { NetworkInterfaceId: 'eni-0a', InterfaceType: 'interface', RequesterManaged: false };

describe('interfaces', () => {
  test.each<[string, NetworkInterface]>([
    ['one of an instance', plain],
    ['one whose type is not said', { ...plain, InterfaceType: undefined }],
    ['one of RDS', { ...plain, RequesterManaged: true, RequesterId: 'amazon-rds' }],
    ['one of ElastiCache', { ...plain, RequesterManaged: true, RequesterId: 'amazon-elasticache' }],
  ])('%s is fit', (_, found) => {
    expect(findUnfit(found, NOTHING_AROUND)).toBeNull();
  });

  test.each<[NetworkInterface, RegExp]>([
    [{ ...plain, InterfaceType: 'trunk' }, /InterfaceType is "trunk"/],
    [{ ...plain, InterfaceType: 'nat_gateway' as NetworkInterfaceType }, /InterfaceType is "nat_gateway"/],
    [{ ...plain, RequesterManaged: true, RequesterId: 'amazon-elb' }, /requester-managed \(amazon-elb\)/],
    [{ ...plain, RequesterManaged: true }, /requester-managed/],
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
