import { describe, expect, test } from 'vitest';
import * as v from 'valibot';
import { DestinationSchema } from '../../../../infra/aws/destination/destination-settings.ts';

const VPC = 'vpc-0123456789abcdef0';
const SUBNET = 'subnet-0123456789abcdef0';
const PLACE = { vpc: VPC, sources: ['10.0.0.0/16', '192.168.4.0/22'] };

const parse = (input: unknown) => v.parse(DestinationSchema, input);

const problemsOf = (input: unknown): readonly string[] =>
  (v.safeParse(DestinationSchema, input).issues ?? []).map((issue) => {
    const path = v.getDotPath(issue);
    return path === null ? issue.message : `${path} ${issue.message}`;
  });

describe('what the destination stack creates', () => {
  test('a load balancer in front of instances, asked at the port of SSH', () => {
    const loadBalancer = { subnets: [SUBNET], instances: ['i-0123456789abcdef0'] };
    expect(parse({ ...PLACE, loadBalancer })).toEqual({
      ...PLACE,
      sensorSecurityGroup: null,
      entry: {
        kind: 'load-balancer',
        subnets: [SUBNET],
        sensors: { kind: 'instances', ids: ['i-0123456789abcdef0'] },
        healthCheckPort: 22,
      },
    });
  });

  test('a load balancer in front of addresses, asked at a port of their own', () => {
    const loadBalancer = { subnets: [SUBNET], addresses: ['10.0.1.5'], healthCheckPort: 443 };
    expect(parse({ ...PLACE, loadBalancer }).entry).toEqual({
      kind: 'load-balancer',
      subnets: [SUBNET],
      sensors: { kind: 'addresses', addresses: ['10.0.1.5'] },
      healthCheckPort: 443,
    });
  });

  test('a load balancer to which a group is attached by hand', () => {
    const { entry } = parse({ ...PLACE, loadBalancer: { subnets: [SUBNET] } });
    expect(entry).toMatchObject({ kind: 'load-balancer', sensors: { kind: 'attached-by-hand' } });
  });

  test('an interface, and a group that its sensor is in already', () => {
    const given = { ...PLACE, networkInterface: 'eni-0123abcd', sensorSecurityGroup: 'sg-0123abcd' };
    expect(parse(given)).toEqual({
      ...PLACE,
      sensorSecurityGroup: 'sg-0123abcd',
      entry: { kind: 'network-interface', id: 'eni-0123abcd' },
    });
  });
});

describe('what is refused', () => {
  const ENTRY = { networkInterface: 'eni-0123abcd' };

  test.each(['0.0.0.0/0', '10.0.0.1/16', '10.0.0.0', '10.0.0.0/33', '10.0.256.0/24', '2001:db8::/32', 'everywhere'])(
    'the network %s',
    (network) => {
      expect(problemsOf({ ...PLACE, ...ENTRY, sources: [network] })).toEqual([
        `sources.0 must be a network of the machines that are mirrored, as 10.0.0.0/16, not "${network}"`,
      ]);
    },
  );

  test.each([
    ['none of the entries', {}],
    ['both entries', { ...ENTRY, loadBalancer: { subnets: [SUBNET] } }],
  ])('%s', (_, entry) => {
    expect(problemsOf({ ...PLACE, ...entry })).toEqual([
      'must have exactly one of `loadBalancer` and `networkInterface`',
    ]);
  });

  test('instances and addresses together', () => {
    const loadBalancer = { subnets: [SUBNET], instances: ['i-0123abcd'], addresses: ['10.0.1.5'] };
    expect(problemsOf({ ...PLACE, loadBalancer })).toEqual([
      'loadBalancer must have `instances` or `addresses`, or neither where an Auto Scaling group is attached to the target group',
    ]);
  });

  test('everything that is wrong, at once', () => {
    expect(problemsOf({ sources: [], vpcId: VPC, sensorSecurityGroup: 'default' })).toEqual([
      'vpc `vpc` is missing: the VPC of the sensors',
      'sources must be a list of networks, as [10.0.0.0/16], not empty',
      'sensorSecurityGroup must be a security group, as sg-0123456789abcdef0, not "default"',
      expect.stringMatching(/^vpcId unknown key `vpcId`; known here: vpc, sources/),
      'must have exactly one of `loadBalancer` and `networkInterface`',
    ]);
  });
});
