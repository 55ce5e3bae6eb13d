import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../../lambdas/envelope.ts';
import { identify, patterns, type Identified } from '../../lambdas/event-bridge.ts';
import { findWork } from '../../shared/work.ts';
import { CONTEXT, HERE, payload } from './samples.ts';

/** A payload with one value put in another's place; `undefined` takes it away. */
function altered(name: string, path: string, value: unknown): Record<string, unknown> {
  const event = payload(name);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at = event;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return event;
}

const idsOf = (identified: Identified): readonly string[] =>
  identified.kind === 'work'
    ? identified.work.flatMap((work): readonly string[] =>
        work.kind === 'look' ? work.subjects.map(({ id }) => id) : [work.kind],
      )
    : [identified.kind];

const idsAfter = (name: string, path: string, value: unknown): readonly string[] =>
  idsOf(identify(altered(name, path, value), CONTEXT));

const SESSION = 'responseElements.ModifyTrafficMirrorSessionResponse.trafficMirrorSession';
const RESOURCES = 'detail.requestParameters.resourcesSet.items';

const TERMINATING = 'autoscaling:EC2_INSTANCE_TERMINATING';

describe('what is read of an event', () => {
  test.each([
    ['a state in capitals', 'ec2-state-running', 'detail.state', 'RUNNING', ['i-0f3fbbbc0298d1a86']],
    ['white space', 'ec2-state-running', 'detail.instance-id', ' i-0f3fbbbc0298d1a86\n', ['i-0f3fbbbc0298d1a86']],
    ['no state', 'ec2-state-running', 'detail.state', undefined, ['unreadable']],
    ['no instance', 'ec2-state-running', 'detail.instance-id', undefined, ['unreadable']],
    ['no detail', 'ec2-state-running', 'detail', undefined, ['unreadable']],
    ['no region', 'ec2-state-running', 'region', undefined, ['unreadable']],
    ['an account that is no account', 'ec2-state-running', 'account', 'alice', ['unreadable']],
    ['an account as a number', 'ec2-state-running', 'account', 123456789012, ['i-0f3fbbbc0298d1a86']],
    ['a region that is none', 'ec2-state-running', 'region', 'here and there', ['unreadable']],
    ['an unknown type', 'ec2-state-running', 'detail-type', 'EC2 Spot Instance Interruption Warning', ['unreadable']],
    ['an unknown source', 'ec2-state-running', 'source', 'aws.health', ['unreadable']],
    ['a call that is not looked at', 'ct-AttachNetworkInterface', 'detail.eventName', 'DescribeInstances', ['ignored']],
    ['a call without a name', 'ct-AttachNetworkInterface', 'detail.eventName', undefined, ['unreadable']],
    ['no source', 'ec2-state-running', 'source', undefined, ['unreadable']],
    ['tags of another service', 'tag-change-instance', 'detail.service', 's3', ['ignored']],
    ['tags of another type', 'tag-change-instance', 'detail.resource-type', 'subnet', ['ignored']],
    ['tags of nothing', 'tag-change-instance', 'resources', [], ['unreadable']],
    [
      'tags of several resources, one with a zone and no account in its ARN',
      'tag-change-instance',
      'resources',
      ['arn:aws:ec2:us-east-1a::instance/i-0a', 'arn:aws:ec2:us-east-1:123456789012:instance/i-0b'],
      ['i-0a', 'i-0b'],
    ],
    [
      'a call of another service',
      'ct-CreateTags',
      'detail.eventSource',
      'elasticfilesystem.amazonaws.com',
      ['ignored'],
    ],
    ['a refused call', 'ct-CreateTags', 'detail.errorCode', 'Client.UnauthorizedOperation', ['ignored']],
    ['a list of one as an object', 'ct-CreateTags', RESOURCES, { resourceId: 'i-0a' }, ['i-0a']],
    ['an attachment for an interface', 'ct-CreateTags', RESOURCES, [{ resourceId: 'eni-attach-0a' }], ['ignored']],
    ['tags of volumes', 'ct-CreateTags', RESOURCES, [{ resourceId: 'vol-0a' }], ['ignored']],
    ['tags of no resources', 'ct-CreateTags', 'detail.requestParameters.resourcesSet', undefined, ['unreadable']],
    ['parameters too long to be recorded', 'ct-CreateTags', 'detail.requestParameters', null, ['sweep']],
    [
      'a session changed, no answer recorded',
      'ct-ModifyTrafficMirrorSession',
      'detail.responseElements',
      null,
      ['sweep'],
    ],
    [
      'a session changed, no answer at all',
      'ct-ModifyTrafficMirrorSession',
      'detail.responseElements',
      undefined,
      ['sweep'],
    ],
    [
      'an owner as text',
      'ct-ModifyTrafficMirrorSession',
      `detail.${SESSION}.ownerId`,
      '123',
      ['eni-08dd7ebbda3b01770'],
    ],
    ['a launch without an instance', 'asg-launch-lifecycle', 'detail.EC2InstanceId', '', ['unreadable']],
    ['a launch that is none', 'asg-launch-lifecycle', 'detail.LifecycleTransition', TERMINATING, ['ignored']],
    ['a launch that does not say so', 'asg-launch-lifecycle', 'detail.LifecycleTransition', undefined, ['unreadable']],
  ])('%s', (_, name, path, value, ids) => {
    expect(idsAfter(name, path, value)).toEqual(ids);
  });

  test('a session made in another role, by a user or in a role of our name elsewhere is looked at', () => {
    const arns = [
      'arn:aws:sts::123456789012:assumed-role/mirror-attacher-role-2/mirror-attacher',
      'arn:aws:iam::123456789012:user/mirror-attacher-role/alice',
      'arn:aws:iam::123456789012:root',
      'arn:aws:sts::210987654321:assumed-role/mirror-attacher-role/mirror-attacher',
    ];
    for (const arn of arns) {
      expect(idsAfter('ct-CreateTrafficMirrorSession-ok', 'detail.userIdentity.arn', arn)).toEqual([
        'eni-0de5f5ec51b747a14',
      ]);
    }
    const govCloud = 'arn:aws-us-gov:sts::123456789012:assumed-role/mirror-attacher-role/any-name';
    expect(idsAfter('ct-CreateTrafficMirrorSession-ok', 'detail.userIdentity.arn', govCloud)).toEqual(['ignored']);
  });

  test('a thousand resources become pieces of work that one filter takes, each resource once', () => {
    const ids = Array.from(
      { length: 1000 },
      (_, at) => `${at % 2 === 0 ? 'i' : 'eni'}-${at.toString(16).padStart(17, '0')}`,
    );
    const items = [...ids, ids[0]].map((resourceId) => ({ resourceId }));
    const identified = identify(altered('ct-CreateTags', RESOURCES, items), CONTEXT);
    expect(idsOf(identified)).toEqual(ids);
    const work = identified.kind === 'work' ? identified.work : [];
    expect(work.map((piece) => (piece.kind === 'look' ? piece.subjects.length : 0))).toEqual([200, 200, 200, 200, 200]);
  });

  test.each([
    ['detail.AutoScalingGroupName', undefined, null],
    ['detail.LifecycleHookName', ' ', null],
    ['detail.LifecycleHookName', 'x'.repeat(256), null],
    ['detail.LifecycleActionToken', undefined, { token: null, name: 'attach-mirror' }],
  ])('a launch whose %s is %j is looked at, with the hook that it names', (path, value, hook) => {
    const identified = identify(altered('asg-launch-lifecycle', path, value), CONTEXT);
    const [work] = identified.kind === 'work' ? identified.work : [];
    expect(work).toMatchObject({ kind: 'look', subjects: [{ id: 'i-0f3fbbbc0298d1a86' }] });
    if (hook === null) expect(work).toHaveProperty('hook', null);
    else expect(work).toMatchObject({ hook });
  });

  test('the scope is the account and the region of the event', () => {
    const identified = identify({ ...payload('ec2-state-running'), account: 12345, region: 'EU-West-1' }, CONTEXT);
    expect(identified.kind === 'work' && identified.work[0].scope).toEqual({
      cloud: 'aws',
      account: '000000012345',
      region: 'eu-west-1',
    });
  });

  test('a schedule asks for a sweep of every scope that is kept', () => {
    const elsewhere = { ...HERE, account: '210987654321' as typeof HERE.account };
    const identified = identify(payload('scheduled'), { ...CONTEXT, scopes: [HERE, elsewhere] });
    expect(identified.kind === 'work' && identified.work.map(({ kind, scope }) => [kind, scope])).toEqual([
      ['sweep', HERE],
      ['sweep', elsewhere],
    ]);
  });

  test('an event without a usable id or time is logged under an id that is made here, and happened now', () => {
    const event = altered('ec2-state-running', 'id', 'a name of somebody\n');
    const identified = identify({ ...event, time: 'yesterday' }, CONTEXT);
    expect(identified.kind === 'work' && identified.work[0]).toMatchObject({
      correlation: 'made-here',
      since: '2026-08-30T13:00:00.000Z',
    });
  });

  test('an event of the future happened now: it is not looked at again until then', () => {
    const identified = identify({ ...payload('ec2-state-running'), time: '2099-01-01T00:00:00Z' }, CONTEXT);
    expect(identified.kind === 'work' && identified.work[0].since).toBe('2026-08-30T13:00:00.000Z');
  });
});

describe('what is around an event', () => {
  const bareHook = {
    Origin: 'EC2',
    LifecycleHookName: 'attach-mirror',
    AccountId: '123456789012',
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_LAUNCHING',
    LifecycleActionToken: '87654321-4321-4321-4321-210987654321',
    AutoScalingGroupName: 'my-asg',
    Time: '2026-08-30T12:00:01.000Z',
    EC2InstanceId: 'i-0f3fbbbc0298d1a86',
  };
  const notification = (message: unknown) => ({
    Type: 'Notification',
    TopicArn: 'arn:aws:sns:us-east-1:123456789012:hooks',
    Message: JSON.stringify(message),
  });

  test.each([
    ['an event in a notification', notification(payload('ec2-state-running')), null],
    ['a bare hook on a queue', bareHook, 'us-east-1'],
    ['a bare hook in a notification', notification(bareHook), 'eu-west-1'],
  ])('%s', (_, body, region) => {
    const identified = identify(unwrap(body, region), CONTEXT);
    expect(idsOf(identified)).toEqual(['i-0f3fbbbc0298d1a86']);
    expect(identified.kind === 'work' && identified.work[0].scope).toEqual(HERE);
  });

  test('a bare hook is completed as one of an event is', () => {
    const identified = identify(unwrap(notification(bareHook), null), CONTEXT);
    expect(identified.kind === 'work' && identified.work[0]).toMatchObject({
      hook: {
        group: 'my-asg',
        name: 'attach-mirror',
        token: '87654321-4321-4321-4321-210987654321',
        machine: 'i-0f3fbbbc0298d1a86',
      },
    });
  });

  test.each([
    ['on a queue', (message: unknown) => message],
    ['in a notification', notification],
  ])('the message that tries the way of a bare hook is ignored %s', (_, put) => {
    const identified = identify(unwrap(put(payload('asg-test-notification')), 'us-east-1'), CONTEXT);
    expect(identified).toEqual({ kind: 'ignored', why: 'Auto Scaling tries whether its messages arrive' });
  });

  test('a bare hook of another transition is no event', () => {
    const leaving = { ...bareHook, LifecycleTransition: TERMINATING };
    expect(identify(unwrap(leaving, 'us-east-1'), CONTEXT).kind).toBe('unreadable');
  });

  test.each([
    ['a notification of nothing', { ...notification(null), Message: 'hello' }],
    ['a bare hook of no region', bareHook],
  ])('%s is unreadable', (_, body) => {
    expect(identify(unwrap(body, null), CONTEXT).kind).toBe('unreadable');
  });
});

describe('whatever is sent', () => {
  const names = [
    'asg-launch-bare',
    'asg-launch-lifecycle',
    'ct-CreateTags',
    'ct-ModifyTrafficMirrorSession',
    'ec2-state-running',
    'scheduled',
    'tag-change-eni',
  ];

  /** A payload in which one value somewhere is another one. */
  const damaged = fc.tuple(fc.constantFrom(...names), fc.nat(), fc.anything()).map(([name, at, value]) => {
    let left = at % 40;
    return JSON.parse(JSON.stringify(payload(name)), (_, old: unknown) => (left-- === 0 ? value : old)) as unknown;
  });

  test('identify does not throw, and what it gives is work that the queue takes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything({ withNullPrototype: true }), fc.jsonValue(), damaged), (event) => {
        const identified = identify(unwrap(event, 'us-east-1'), CONTEXT);
        const work = identified.kind === 'work' ? identified.work : [];
        for (const piece of work) expect(findWork(JSON.parse(JSON.stringify(piece)))).toEqual(piece);
      }),
      { numRuns: 2000 },
    );
  });

  test('no reason holds contents of the event', () => {
    fc.assert(
      fc.property(damaged, (event) => {
        const identified = identify(event, CONTEXT);
        if (identified.kind !== 'work') expect(identified.why).not.toMatch(/alice|i-0f3|eni-0|123456789012/);
      }),
    );
  });
});

describe('the patterns to deploy', () => {
  test('leave out our own calls, by the roles that they are made in', () => {
    expect(patterns('attacher', 'member')['session-by-others']?.detail?.['userIdentity']).toEqual({
      arn: [
        {
          'anything-but': { wildcard: ['arn:*:sts::*:assumed-role/attacher/*', 'arn:*:sts::*:assumed-role/member/*'] },
        },
      ],
    });
    expect(JSON.stringify(patterns()['session-by-others'])).not.toContain('userIdentity');
  });
});
