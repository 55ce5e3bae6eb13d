import type { Listener, LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describe, expect, test } from 'vitest';
import type { Balancers } from '../../../../lambdas/ec2/destinations/balancers.ts';
import { inspector } from '../../../../lambdas/ec2/destinations/inspect.ts';
import type { Reads } from '../../../../lambdas/ec2/read/reads.ts';
import { Fault } from '../../../../shared/fault.ts';
import { parseEndpointId, parseTargetId } from '../../../../shared/ids.ts';
import type { NonEmpty, Target } from '../../../../shared/words.ts';
import { HERE } from '../../samples.ts';

const arnOf = (name: string, account = '123456789012'): string =>
  `arn:aws:elasticloadbalancing:us-east-1:${account}:loadbalancer/net/${name}/50dc6c495c0c9188`;

const targetTo = (reaches: string, more: Partial<Target> = {}): Target => ({
  id: parseTargetId(`tmt-${reaches}`),
  cloud: 'aws',
  region: HERE.region,
  zone: null,
  reaches: parseEndpointId(reaches),
  unhealthy: null,
  unchecked: null,
  isChanging: false,
  capacity: null,
  load: 0,
  ...more,
});

const VXLAN: Listener = { Protocol: 'UDP', Port: 4789 };
const active = (arn: string): LoadBalancer => ({ LoadBalancerArn: arn, State: { Code: 'active' } });

/** Another account that the deployment keeps. */
const KEPT = '333333333333';

/** Load balancers that are all active and listen, and reads that count nothing, unless told otherwise. */
function inspecting(balancers: Partial<Balancers> = {}, sessionsTo: Reads['sessionsTo'] = async () => []) {
  const asked: string[] = [];
  let nowMs = 0;
  const whole: Balancers = {
    describe: async (arns) => arns.map(active),
    listeners: async () => [VXLAN],
    ...balancers,
  };
  const note = <Args extends readonly unknown[], Answer>(
    name: string,
    call: (...args: Args) => Answer,
  ): ((...args: Args) => Answer) => {
    return (...args) => {
      asked.push(`${name} ${args.join(' ')}`);
      return call(...args);
    };
  };
  const inspect = inspector({
    readsFor: () => ({ sessionsTo: note('sessions', sessionsTo) }) as Reads,
    balancersFor: async ({ account }) => ({
      describe: note(`describe in ${account}`, whole.describe),
      listeners: note(`listeners in ${account}`, whole.listeners),
    }),
    keeps: (account) => account === KEPT,
    clock: { now: () => nowMs },
  });
  return {
    look: (...targets: NonEmpty<Target>) => inspect(HERE, targets),
    asked,
    pass: (ms: number) => void (nowMs += ms),
  };
}

const fails = async (): Promise<never> => {
  throw new Fault('denied', 'denied');
};

/** A refusal as the SDK throws it. */
const refuses = (name: string, message: string, httpStatusCode: number) => async (): Promise<never> => {
  throw Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
};

describe('a load balancer', () => {
  const sensor = targetTo(arnOf('sensor'));
  const whyOf = async (balancers: Partial<Balancers>): Promise<string | null> => {
    const [found] = await inspecting(balancers).look(sensor);
    return found.unhealthy;
  };

  test.each<[string, Listener]>([
    ['UDP', VXLAN],
    ['TCP_UDP', { ...VXLAN, Protocol: 'TCP_UDP' }],
  ])('that is active and listens to %s on 4789 is in order', async (_, listener) => {
    expect(await whyOf({ listeners: async () => [{ Protocol: 'TCP', Port: 443 }, listener] })).toBeNull();
  });

  test.each<[string, readonly Listener[]]>([
    ['nothing', []],
    ['TCP on 4789', [{ Protocol: 'TCP', Port: 4789 }]],
    ['UDP on 53', [{ Protocol: 'UDP', Port: 53 }]],
    ['QUIC on 4789', [{ Protocol: 'QUIC', Port: 4789 }]],
  ])('that listens to %s gets the command that creates the listener', async (_, listeners) => {
    expect(await whyOf({ listeners: async () => listeners })).toBe(
      `load balancer ${sensor.reaches} has no UDP or TCP_UDP listener on port 4789; create one: ` +
        `aws elbv2 create-listener --region us-east-1 --load-balancer-arn ${sensor.reaches} --protocol UDP --port 4789 ` +
        '--default-actions Type=forward,TargetGroupArn=TARGET_GROUP_ARN',
    );
  });

  test.each([
    ['provisioning', undefined, /is provisioning; see: aws elbv2 wait load-balancer-available --region us-east-1/],
    ['failed', 'no subnets', /is failed \(no subnets\); see: aws elbv2 describe-load-balancers --region us-east-1/],
  ] as const)('that is %s says so', async (Code, Reason, why) => {
    const describe_ = async (arns: readonly string[]) =>
      arns.map((arn) => ({ LoadBalancerArn: arn, State: { Code, Reason } }));
    expect(await whyOf({ describe: describe_ })).toMatch(why);
  });

  test('that cannot grow still routes, and one whose state is not said may', async () => {
    const impaired = async () => [{ LoadBalancerArn: sensor.reaches, State: { Code: 'active_impaired' as const } }];
    expect(await whyOf({ describe: impaired })).toBeNull();
    expect(await whyOf({ describe: async () => [{ LoadBalancerArn: sensor.reaches }] })).toBeNull();
  });

  test('that does not exist is named', async () => {
    const none = { describe: async () => [], listeners: async () => [] };
    expect(await whyOf(none)).toMatch(/sensor\/50dc6c495c0c9188 does not exist; create one/);
  });

  test('of which one half cannot be read is judged by the other', async () => {
    expect(await whyOf({ describe: fails })).toBeNull();
    expect(await whyOf({ listeners: fails })).toBeNull();
    expect(await whyOf({ describe: fails, listeners: async () => [] })).toMatch(/no UDP or TCP_UDP listener/);
    expect(await whyOf({ describe: async () => [], listeners: fails })).toMatch(/does not exist/);
  });

  describe('that could not be looked at', () => {
    const whatOf = async (balancers: Partial<Balancers>): Promise<string | null> => {
      const [found] = await inspecting(balancers).look(sensor);
      expect(found.unhealthy).toBeNull();
      return found.unchecked;
    };
    const denies = refuses(
      'AccessDenied',
      'User: arn:aws:sts::123456789012:assumed-role/r/alice is not authorized',
      403,
    );

    test('says what was denied of which half, and what to allow, and never to whom', async () => {
      const half = (call: string) =>
        `${call} on ${sensor.reaches}: denied (AccessDenied); allow elasticloadbalancing:${call} on *`;
      const [balancers, listeners] = [half('DescribeLoadBalancers'), half('DescribeListeners')];
      expect(await whatOf({ describe: denies })).toBe(balancers);
      expect(await whatOf({ listeners: denies })).toBe(listeners);
      expect(await whatOf({ describe: denies, listeners: denies })).toBe(`${balancers}; ${listeners}`);
    });

    test.each([
      ['throttling', refuses('Throttling', 'Rate exceeded', 400), 'Throttling: Rate exceeded; it is tried again later'],
      [
        'silence',
        async () => {
          throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
        },
        'AbortError: Request aborted; it is tried again later; see whether the endpoint can be reached',
      ],
    ])('because of %s says so', async (_, describe_, why) => {
      expect(await whatOf({ describe: describe_ })).toBe(`DescribeLoadBalancers on ${sensor.reaches}: ${why}`);
    });

    test('because its account does not let us in says that once', async () => {
      expect(await whatOf({ describe: fails, listeners: fails })).toBe('denied');
    });

    test('is in order when it is told to be, and not to be doubted when something speaks against it', async () => {
      expect(await whatOf({})).toBeNull();
      const [found] = await inspecting({ describe: fails, listeners: async () => [] }).look(sensor);
      expect([found.unhealthy === null, found.unchecked]).toEqual([false, null]);
    });

    test('is asked about again after a quarter of a minute', async () => {
      const { look, asked, pass } = inspecting({ describe: fails });
      await look(sensor);
      pass(14_999);
      expect((await look(sensor))[0].unchecked).toBe('denied');
      expect(asked).toHaveLength(2);
      pass(1);
      await look(sensor);
      expect(asked).toHaveLength(4);
    });
  });

  test('is remembered for a minute, whatever was found', async () => {
    const { look, asked, pass } = inspecting({ listeners: async () => [] });
    const unhealthy = async () => (await look(sensor))[0].unhealthy;
    expect(await unhealthy()).toMatch(/no UDP/);
    pass(59_999);
    expect(await unhealthy()).toMatch(/no UDP/);
    expect(asked).toHaveLength(2);
    pass(1);
    await unhealthy();
    expect(asked).toHaveLength(4);
  });

  test('of another account that is kept is asked about there', async () => {
    const { look, asked } = inspecting({ listeners: async (arn) => (arn.includes(KEPT) ? [] : [VXLAN]) });
    const theirs = arnOf('shared', KEPT);
    const [own, shared] = await look(sensor, targetTo(theirs));
    expect(own.unhealthy).toBeNull();
    expect(shared?.unhealthy).toMatch(/no UDP or TCP_UDP listener/);
    expect(asked.toSorted()).toEqual([
      `describe in 123456789012 ${sensor.reaches}`,
      `describe in ${KEPT} ${theirs}`,
      `listeners in 123456789012 ${sensor.reaches}`,
      `listeners in ${KEPT} ${theirs}`,
    ]);
  });

  test('of an account that is not kept is not asked about', async () => {
    const { look, asked } = inspecting({ describe: async () => [], listeners: async () => [] });
    const theirs = targetTo(arnOf('sensor', '210987654321'));
    expect(await look(theirs)).toEqual([theirs]);
    expect(asked).toEqual([]);
  });

  test('is described together with others, in one call; two targets in front of one ask once', async () => {
    const { look, asked } = inspecting();
    const [a, b] = [arnOf('a'), arnOf('b')];
    await look(targetTo(a), targetTo(b), targetTo(a, { id: parseTargetId('tmt-second') }));
    expect(asked.toSorted()).toEqual([
      `describe in 123456789012 ${a},${b}`,
      `listeners in 123456789012 ${a}`,
      `listeners in 123456789012 ${b}`,
    ]);
  });
});

test('a client that cannot be made speaks against nothing, and is said', async () => {
  const target = targetTo(arnOf('sensor'));
  const throwing = (): never => {
    throw new Error('no module');
  };
  for (const balancersFor of [fails, throwing]) {
    const inspect = inspector({ readsFor: throwing, balancersFor, keeps: () => true, clock: { now: () => 0 } });
    const counted = targetTo('eni-0a', { capacity: 10, load: 3 });
    expect(await inspect(HERE, [target, counted])).toEqual([
      { ...target, unchecked: expect.stringMatching(/denied|no module/) as string },
      {
        ...counted,
        unchecked: expect.stringMatching(/^how many sources it has could not be counted: .*no module/) as string,
      },
    ]);
  }
});

test('of an endpoint nothing is asked', async () => {
  const { look, asked } = inspecting();
  const endpoint = targetTo('vpce-0a');
  expect(await look(endpoint)).toEqual([endpoint]);
  expect(asked).toEqual([]);
});

describe('an interface', () => {
  const sensor = targetTo('eni-0a', { capacity: 10, load: 1 });
  const session = (NetworkInterfaceId: string, OwnerId = HERE.account) => ({
    TrafficMirrorTargetId: sensor.id,
    NetworkInterfaceId,
    OwnerId,
  });

  test('has as many sources as interfaces are mirrored to it, also those of other accounts', async () => {
    const all = [session('eni-01'), session('eni-01'), session('eni-02'), session('eni-03', '210987654321' as never)];
    const { look, asked } = inspecting({}, async () => all);
    expect(await look(sensor)).toEqual([{ ...sensor, load: 3 }]);
    expect(asked).toEqual([`sessions ${sensor.id}`]);
  });

  test('is counted again after a few seconds, and never below what was read', async () => {
    let counted = [session('eni-01'), session('eni-02')];
    const { look, asked, pass } = inspecting({}, async () => counted);
    const loadOf = async (load: number) => (await look({ ...sensor, load }))[0].load;
    expect(await loadOf(1)).toBe(2);
    counted = [];
    expect(await loadOf(1)).toBe(2);
    expect(await loadOf(5)).toBe(5);
    expect(asked).toHaveLength(1);
    pass(5_000);
    expect(await loadOf(1)).toBe(1);
    expect(asked).toHaveLength(2);
  });

  test('that another account shares is not counted: there is no limit to hold it against', async () => {
    const { look, asked } = inspecting();
    const theirs = { ...sensor, capacity: null };
    expect(await look(theirs)).toEqual([theirs]);
    expect(asked).toEqual([]);
  });

  test('whose sessions cannot be read keeps the count that it has, and says so', async () => {
    const throttled = refuses('RequestLimitExceeded', 'slower', 503);
    expect(await inspecting({}, throttled).look(sensor)).toEqual([
      {
        ...sensor,
        unchecked:
          'how many sources it has could not be counted: DescribeTrafficMirrorSessions on tmt-eni-0a: ' +
          'RequestLimitExceeded: slower; it is tried again later',
      },
    ]);
  });

  test.each([{ load: 10 }, { unhealthy: 'stopped' }])('that takes nothing anyway needs no count: %j', async (more) => {
    const taking = { ...sensor, ...more };
    expect(await inspecting({}, fails).look(taking)).toEqual([taking]);
  });
});

test('what speaks against a target already goes on doing so', async () => {
  const [found] = await inspecting().look(targetTo('eni-0a', { unhealthy: 'stopped', capacity: 10 }));
  expect(found.unhealthy).toBe('stopped');
});
