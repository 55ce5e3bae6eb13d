import type { Instance, InstanceStateName, NetworkInterface, TrafficMirrorTarget } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { hostIdsOf, readHosts, toHosts } from '../../../../lambdas/ec2/destinations/target-hosts.ts';
import type { Reads } from '../../../../lambdas/ec2/read/reads.ts';
import { HERE } from '../../samples.ts';

const instance = (id: string, on: string, more: Partial<Instance> = {}): Instance => ({
  InstanceId: id,
  InstanceType: 'm5.large',
  State: { Name: 'running' },
  Placement: { AvailabilityZone: 'us-east-1b' },
  NetworkInterfaces: [{ NetworkInterfaceId: 'eni-other' }, { NetworkInterfaceId: on }],
  ...more,
});

const hostOf = (instances: readonly Instance[], interfaces: readonly NetworkInterface[] = []) =>
  toHosts(['eni-0a'], instances, interfaces).get('eni-0a');

describe('an interface behind a target', () => {
  test('is where its instance is, and takes what its type does', () => {
    expect(hostOf([instance('i-0a', 'eni-0a')])).toEqual({ zone: 'us-east-1b', unhealthy: null, capacity: 10 });
    const large = instance('i-0a', 'eni-0a', { InstanceType: 'm5.24xlarge' });
    expect(hostOf([large])?.capacity).toBe(100);
  });

  test.each<InstanceStateName>(['pending', 'stopping', 'stopped', 'shutting-down', 'terminated'])(
    'of an instance that is %s serves nobody',
    (Name) => {
      const { unhealthy } = hostOf([instance('i-0a', 'eni-0a', { State: { Name } })]) ?? {};
      expect(unhealthy).toBe(`its interface eni-0a is attached to instance i-0a, which is ${Name}; start the instance`);
    },
  );

  test('that does not exist, or is attached to nothing, says what to do', () => {
    expect(hostOf([])?.unhealthy).toMatch(/eni-0a does not exist; create a mirror target in front of another one/);
    const free = { NetworkInterfaceId: 'eni-0a', AvailabilityZone: 'us-east-1c' };
    const attached = { unhealthy: expect.stringMatching(/attached to no instance; attach it/) as string };
    expect(hostOf([], [free])).toMatchObject({ zone: 'us-east-1c', ...attached });
    expect(hostOf([], [{ ...free, Attachment: { Status: 'detached' } }])).toMatchObject(attached);
  });

  test("of an instance of somebody else's, which is not listed, may serve", () => {
    const lent = { NetworkInterfaceId: 'eni-0a', Attachment: { InstanceOwnerId: '210987654321', Status: 'attached' } };
    expect(hostOf([], [lent as NetworkInterface])).toEqual({ zone: null, unhealthy: null, capacity: 10 });
  });
});

test('an interface behind a target of another account is not described', () => {
  const target = (OwnerId: string | undefined, NetworkInterfaceId: string): TrafficMirrorTarget => ({
    OwnerId,
    NetworkInterfaceId,
  });
  const targets = [
    target(HERE.account, 'eni-01'),
    target('210987654321', 'eni-02'),
    target(undefined, 'eni-03'),
    target(HERE.account, 'eni-01'),
    { OwnerId: HERE.account, NetworkLoadBalancerArn: 'arn:aws:nlb' },
  ];
  expect(hostIdsOf(HERE, targets)).toEqual(['eni-01', 'eni-03']);
});

describe('reading', () => {
  const reading = (instances: readonly Instance[]) => {
    const asked: unknown[] = [];
    const note =
      <Item>(items: readonly Item[]) =>
      async (by: unknown) => {
        asked.push(by);
        return items;
      };
    return { asked, reads: { instances: note(instances), interfaces: note([]) } as unknown as Reads };
  };

  test('is by interface, in one filter', async () => {
    const { asked, reads } = reading([instance('i-0a', 'eni-0a')]);
    await readHosts(reads, ['eni-0a']);
    expect(asked).toEqual([
      { filter: 'network-interface.network-interface-id', values: ['eni-0a'] },
      { filter: 'network-interface-id', values: [] },
    ]);
  });

  test('asks for the interfaces that no instance has', async () => {
    const { asked, reads } = reading([instance('i-0a', 'eni-0a')]);
    const hosts = await readHosts(reads, ['eni-0a', 'eni-0b']);
    expect(asked[1]).toEqual({ filter: 'network-interface-id', values: ['eni-0b'] });
    expect(hosts.get('eni-0b')?.unhealthy).toMatch(/does not exist/);
  });
});
