import { describe, expect, test } from 'vitest';
import {
  findAttachment,
  findFilter,
  findMachine,
  findSource,
  findStoppedAt,
  findTarget,
  toTags,
} from '../../../../lambdas/ec2/read/convert.ts';
import { HERE } from '../../samples.ts';

describe('machines', () => {
  const instance = { InstanceId: 'i-0a', InstanceType: 'm5.large', State: { Name: 'running' } } as const;

  test('an untagged instance has no tags and no name', () => {
    expect(findMachine(HERE, instance)).toMatchObject({
      id: 'i-0a',
      tags: {},
      name: null,
      state: 'running',
      type: 'm5.large',
    });
  });

  test.each([
    ['pending', 'changing'],
    ['running', 'running'],
    ['stopping', 'changing'],
    ['stopped', 'stopped'],
    ['shutting-down', 'changing'],
    ['terminated', 'gone'],
  ] as const)('%s is %s', (Name, state) => {
    expect(findMachine(HERE, { ...instance, State: { Name } })?.state).toBe(state);
  });

  test.each([
    ['User initiated (2026-08-30 12:00:00 GMT)', '2026-08-30T12:00:00.000Z'],
    ['User initiated (2026-08-30 12:00:00 UTC)', '2026-08-30T12:00:00.000Z'],
    ['Service initiated (2026-08-30 12:00:00 GMT)', '2026-08-30T12:00:00.000Z'],
    ['User initiated (2026-08-30 12:00:00 PST)', null],
    ['User initiated (30/08/2026 12:00:00 GMT)', null],
    ['User initiated (2026-08-30T12:00:00Z)', null],
    ['User initiated', null],
    ['User initiated (2026-13-45 12:00:00 GMT)', null],
    ['', null],
    [undefined, null],
  ])('stopped at, of %j', (reason, at) => {
    expect(findStoppedAt(reason)).toBe(at);
  });

  test('only a stopped one says when it stopped', () => {
    const StateTransitionReason = 'User initiated (2026-08-30 12:00:00 GMT)';
    const stopped = findMachine(HERE, { ...instance, State: { Name: 'stopped' }, StateTransitionReason });
    expect(stopped?.stoppedAt).toBe('2026-08-30T12:00:00.000Z');
    expect(findMachine(HERE, { ...instance, StateTransitionReason })?.stoppedAt).toBeNull();
  });

  test('without an id there is none', () => {
    expect(findMachine(HERE, { State: { Name: 'running' } })).toBeNull();
  });
});

test('a tag whose name means something to the language is a tag like others', () => {
  const tags = toTags([
    { Key: '__proto__', Value: 'x' },
    { Key: 'constructor', Value: 'y' },
  ]);
  expect(Object.entries(tags)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
});

describe('sources', () => {
  test('are of the account that owns them, also when the zeros that it begins with were lost', () => {
    const found = { NetworkInterfaceId: 'eni-0a', OwnerId: '1234567890' };
    expect(findSource(HERE, found, null)?.account).toBe('001234567890');
  });

  const attached = {
    NetworkInterfaceId: 'eni-0a',
    OwnerId: '123456789012',
    Status: 'in-use',
    Attachment: { InstanceId: 'i-0a', DeviceIndex: 0, NetworkCardIndex: 0, Status: 'attached' },
  } as const;

  test.each([
    ['attached', 'attached'],
    ['attaching', 'changing'],
    ['detaching', 'changing'],
    ['detached', 'detached'],
  ] as const)('in use, and the attachment is %s: %s', (Status, state) => {
    const source = findSource(HERE, { ...attached, Attachment: { ...attached.Attachment, Status } }, null);
    expect(source?.state).toBe(state);
  });

  test('without an attachment it is detached and of no machine', () => {
    const { Attachment: _, ...free } = attached;
    expect(findSource(HERE, free, null)).toMatchObject({ state: 'detached', machine: null, isPrimary: false });
  });

  test.each([
    [0, 0, true],
    [0, undefined, true],
    [1, 0, false],
    [0, 1, false],
  ])('device %s of card %s: primary is %s', (DeviceIndex, NetworkCardIndex, isPrimary) => {
    const Attachment = { ...attached.Attachment, DeviceIndex, NetworkCardIndex };
    expect(findSource(HERE, { ...attached, Attachment }, null)?.isPrimary).toBe(isPrimary);
  });
});

describe('attachments', () => {
  const session = {
    TrafficMirrorSessionId: 'tms-0a',
    NetworkInterfaceId: 'eni-0a',
    TrafficMirrorTargetId: 'tmt-0a',
    TrafficMirrorFilterId: 'tmf-0a',
    SessionNumber: 100,
  };

  test('the mark is both of its tags in the version that is known', () => {
    const Tags = [
      { Key: 'tapkeeper:owner', Value: 'soc' },
      { Key: 'tapkeeper:mark', Value: 'v1' },
    ];
    expect(findAttachment({ ...session, Tags })?.mark).toEqual({ owner: 'soc', version: 'v1' });
    expect(findAttachment({ ...session, Tags: Tags.slice(0, 1) })?.mark).toBeNull();
    expect(findAttachment(session)?.mark).toBeNull();
  });

  test('what is left out is known to be nothing', () => {
    expect(findAttachment(session)?.settings).toEqual({
      target: 'tmt-0a',
      filter: 'tmf-0a',
      number: 100,
      packetLength: null,
      virtualNetworkId: null,
    });
  });

  test.each(Object.keys(session))('without %s there is none', (key) => {
    expect(findAttachment({ ...session, [key]: undefined })).toBeNull();
  });
});

describe('targets', () => {
  const facts = { zone: null, unhealthy: null, unchecked: null, isChanging: false, capacity: null, load: 0 };
  test.each([
    [{ NetworkInterfaceId: 'eni-0a' }, 'eni-0a'],
    [{ NetworkLoadBalancerArn: 'arn:aws:elasticloadbalancing:x' }, 'arn:aws:elasticloadbalancing:x'],
    [{ GatewayLoadBalancerEndpointId: 'vpce-0a' }, 'vpce-0a'],
    [{}, 'tmt-0a'],
  ])('%j reaches %s', (reached, endpoint) => {
    expect(findTarget(HERE, { TrafficMirrorTargetId: 'tmt-0a', ...reached }, facts)?.reaches).toBe(endpoint);
  });
});

describe('filters', () => {
  const rule = {
    RuleNumber: 10,
    RuleAction: 'accept',
    SourceCidrBlock: '0.0.0.0/0',
    DestinationCidrBlock: '10.0.0.0/8',
  } as const;

  test('rules of both directions, all protocols and ports when they are left out', () => {
    const filter = findFilter({
      TrafficMirrorFilterId: 'tmf-0a',
      IngressFilterRules: [{ ...rule, Protocol: 6, DestinationPortRange: { FromPort: 443, ToPort: 444 } }],
      EgressFilterRules: [rule],
      NetworkServices: ['amazon-dns'],
    });
    const common = { number: 10, action: 'accept', sourceCidr: '0.0.0.0/0', destinationCidr: '10.0.0.0/8' };
    expect(filter).toEqual({
      id: 'tmf-0a',
      mirrorsDns: true,
      rules: [
        { ...common, direction: 'ingress', protocol: 6, sourcePorts: null, destinationPorts: { from: 443, to: 444 } },
        { ...common, direction: 'egress', protocol: null, sourcePorts: null, destinationPorts: null },
      ],
    });
  });

  test('one rule that cannot be understood makes the filter one that cannot be read', () => {
    const { SourceCidrBlock: _, ...incomplete } = rule;
    expect(findFilter({ TrafficMirrorFilterId: 'tmf-0a', IngressFilterRules: [rule, incomplete] })).toBeNull();
  });
});
