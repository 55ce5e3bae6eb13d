import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Io } from '../../cli/io.ts';
import { type AwsCloud, startAwsCloud } from '../../local/aws/aws-cloud.ts';
import { sessionParameters, tagParameters } from '../../local/demo/aws-person.ts';
import { type Ec2Caller, ec2Caller, getElement } from '../../local/demo/ec2-caller.ts';
import { toMarkTags } from '../../shared/mark.ts';
import { findOwner } from '../../shared/ids.ts';
import type { Owner } from '../../shared/words.ts';
import { mapLimited } from '../../shared/reconcile/map-limited.ts';
import { fileOf, type Ran, run, RULES } from './run.ts';

const [CENTRAL, MEMBER] = ['123456789012', '210987654321'];

/** What of ours is marked with: the owner of the rules, a former one, and somebody else. */
const [OURS, FORMER, STRANGER] = ['prod', 'legacy', 'netops'].map((name) => findOwner(name) as Owner) as [
  Owner,
  Owner,
  Owner,
];

const rules = fileOf(RULES.replace('owner: prod', 'owner: prod\nformerOwners: [legacy]'));

let cloud: AwsCloud;
let env: Io['env'];
let nowMs: number;
beforeEach(async () => {
  nowMs = Date.parse('2026-11-01T00:00:00Z');
  cloud = await startAwsCloud({
    port: 0,
    accounts: [CENTRAL, MEMBER],
    settleMs: 1,
    seenAfterMs: 3000,
    clock: { now: () => nowMs },
  });
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'operator');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not-checked');
  env = {
    AWS_ENDPOINT_URL_EC2: cloud.endpoint,
    AWS_ENDPOINT_URL_STS: cloud.endpoint,
    TAPKEEPER_SCOPES: `${CENTRAL}:us-east-1`,
    TAPKEEPER_MODE: 'paused',
  };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await cloud.stop();
});

const pauses: number[] = [];
const drain = (typed: readonly string[] = [], io: Partial<Io> = {}): Promise<Ran> =>
  run(['drain', '--rules', rules, ...typed], {
    env,
    pause: async (ms) => {
      pauses.push(ms);
      nowMs += ms;
    },
    now: () => nowMs,
    ...io,
  });
beforeEach(() => void pauses.splice(0));

const LIFTED = ['--lift', 'limit', '--lift', 'all'];
const yes: Partial<Io> = { ask: async () => 'yes' };

const marksLeft = (account = CENTRAL): readonly string[] =>
  cloud.state
    .in('us-east-1', account)
    .sessions.map(({ tags }) => tags['tapkeeper:owner'] ?? 'nobody')
    .sort();

/** Machines with one interface each, every one mirrored by all of these; `null` marks nothing. */
async function mirror(count: number, by: readonly (Owner | null)[], account = CENTRAL): Promise<void> {
  const { accessKeyId } = cloud.as({ kind: 'user', name: 'netops' }, account);
  const call = ec2Caller(cloud.endpoint, 'us-east-1', accessKeyId);
  const machine = { ImageId: 'ami-0123456789abcdef0', InstanceType: 'm6i.large' };
  await call('RunInstances', { ...machine, MinCount: String(count), MaxCount: String(count) });
  await cloud.activity.settled();
  const place = await groundIn(call);
  nowMs += 10_000;
  const known = new Set(cloud.state.in('us-east-1', account).sessions.map(({ interfaceId }) => interfaceId));
  const sources = cloud.state.in('us-east-1', account).interfaces.map(({ id }) => id);
  await mapLimited(
    sources.filter((id) => !known.has(id)),
    16,
    async (source) => {
      for (const [at, owner] of by.entries())
        await call('CreateTrafficMirrorSession', {
          ...sessionParameters({ source, ...place, number: 100 + at, by: 'a test' }),
          ...(owner === null ? {} : tagParameters('traffic-mirror-session', toMarkTags(owner))),
        });
    },
  );
  nowMs += 10_000;
}

async function groundIn(call: Ec2Caller) {
  const balancer = `arn:aws:elasticloadbalancing:us-east-1:${CENTRAL}:loadbalancer/net/ids/50dc6c495c0c9188`;
  const target = await call('CreateTrafficMirrorTarget', { NetworkLoadBalancerArn: balancer });
  const filter = await call('CreateTrafficMirrorFilter', {});
  return {
    target: getElement(target, 'trafficMirrorTargetId'),
    filter: getElement(filter, 'trafficMirrorFilterId'),
  };
}

const digestIn = (out: string): string => /digest (\w+)/.exec(out)?.[1] ?? 'none';

describe('drain', () => {
  test('takes thousands of ours away, leaves those of others beside them, and looks again until none is seen', async () => {
    await mirror(1000, [OURS, FORMER, STRANGER]);

    const { code, out } = await drain(LIFTED, yes);

    expect([code, marksLeft().length, new Set(marksLeft())]).toEqual([0, 1000, new Set(['netops'])]);
    expect(out).toMatch(
      /2000 done, 0 gone, 0 refused, 0 held\.\n\nAWS 123456789012 us-east-1: nothing of ours is left\n$/,
    );
    expect(pauses).toEqual([10_000]);
  }, 60_000);

  test('leaves what bears no mark of ours, and says at once that nothing is left', async () => {
    await mirror(2, [null, STRANGER]);

    const { code, out, err } = await drain();

    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('AWS 123456789012 us-east-1: nothing of ours is left');
    expect(marksLeft()).toHaveLength(4);
  });

  test.each([undefined, 'enforce', 'observe'])(
    'refuses where TAPKEEPER_MODE is %s, and says how to pause',
    async (mode) => {
      await mirror(1, [OURS]);

      const { code, err, out } = await drain(LIFTED, { ...yes, env: { ...env, TAPKEEPER_MODE: mode } });

      expect([code, out, marksLeft()]).toEqual([1, '', ['prod']]);
      expect(err).toMatch(/^tapkeeper: denied: TAPKEEPER_MODE is (not set|enforce|observe), /);
      expect(err).toContain('AWS: `npm run pause:aws`; Azure: `npm run pause:azure`');
      expect(err).toContain('TAPKEEPER_MODE=paused npx tapkeeper drain');
    },
  );

  test.each([
    [[], 'lift with --lift limit', 'lift with --lift all'],
    [['--lift', 'all'], 'lift with --lift limit', ''],
    [['--lift', 'limit'], '', 'lift with --lift all'],
  ])('prints the plan and changes nothing without the word that the guard asks for: %j', async (lift, ...says) => {
    await mirror(4, [OURS]);

    const { code, out, err } = await drain(lift, yes);

    expect([code, err, marksLeft().length]).toEqual([3, '', 4]);
    for (const said of says) expect(out).toContain(said);
    expect(out).toMatch(/! held +eni-/);
    expect(out).not.toContain('nothing to do');
    const again = `TAPKEEPER_MODE=paused npx tapkeeper drain --rules ${rules} --lift all --lift limit`;
    expect(out.trimEnd().split('\n').at(-1)).toBe(`If that is what is meant:  ${again}`);
  });

  test('says in the end what to run as it was run: with its scopes, as an npm script, or by what runs it', async () => {
    await mirror(4, [OURS]);
    const scope = ['--scope', '123456789012:us-east-1'];
    const last = async (more: Io['env'], typed: readonly string[] = scope): Promise<string> =>
      (await drain(typed, { env: { ...env, ...more } })).out.trimEnd().split('\n').at(-1) ?? '';

    expect(await last({ npm_lifecycle_event: 'tapkeeper' })).toBe(
      `If that is what is meant:  TAPKEEPER_MODE=paused npm run -s tapkeeper -- drain --rules ${rules} --scope 123456789012:us-east-1 --lift all --lift limit`,
    );
    expect(await last({ TAPKEEPER_AGAIN: 'npm run remove:aws --' }, ['--lift', 'limit'])).toBe(
      'If that is what is meant:  npm run remove:aws -- --lift all --lift limit',
    );
    const json = await drain(['--json']);
    expect([JSON.parse(json.out), json.err]).toEqual([expect.anything(), expect.stringContaining('drain --rules')]);
  });

  test.each(['pause', 'off'])('says of TAPKEEPER_MODE=%s that there is no such mode', async (mode) => {
    const { code, err } = await drain([], { env: { ...env, TAPKEEPER_MODE: mode } });

    expect([code, err]).toEqual([
      1,
      `tapkeeper: config-invalid: TAPKEEPER_MODE=${mode}: there is no mode ${mode}; drain wants TAPKEEPER_MODE=paused\n`,
    ]);
  });

  test('says in its usage that it wants to be told of the pause', async () => {
    expect((await drain(['--help'])).out.replaceAll(/\s+/g, ' ')).toContain('TAPKEEPER_MODE=paused has to be set');
  });

  test('takes the digest of that plan for a yes, and no other', async () => {
    await mirror(4, [OURS]);
    const { out } = await drain();
    const stale = await drain([...LIFTED, '--expects', 'another']);
    expect([stale.code, marksLeft().length]).toEqual([1, 4]);
    expect(stale.err).toMatch(/^tapkeeper: plan-stale: /);

    expect((await drain([...LIFTED, '--expects', digestIn(out)])).code).toBe(0);
    expect(marksLeft()).toEqual([]);
  });

  test('changes nothing after a no, and where nobody is there to be asked', async () => {
    await mirror(1, [OURS]);

    expect((await drain(LIFTED, { ask: async () => 'no' })).code).toBe(2);
    const unasked = await drain(LIFTED);
    expect(unasked.code).toBe(1);
    expect(unasked.err).toContain('give --expects DIGEST');
    expect(marksLeft()).toEqual(['prod']);
  });

  test('leaves what comes to light on the way where the guard asks for another word, and exits with 3', async () => {
    await mirror(3, [OURS]);
    let hasCome = false;
    const pause = async (ms: number): Promise<void> => {
      nowMs += ms;
      if (hasCome) return;
      hasCome = true;
      await mirror(4, [OURS]);
    };

    const { code, out } = await drain(['--lift', 'limit'], { ...yes, pause });

    expect([code, marksLeft().length]).toEqual([3, 7]);
    expect(out).toContain('guard (all): 7 of 7 would go');
    expect(out).toContain('3 done');
  });

  test('refuses rules of another owner than was said, of which nothing would be found', async () => {
    await mirror(1, [OURS]);

    const other = await drain([...LIFTED, '--owner', 'soc'], yes);
    expect([other.code, other.out, marksLeft()]).toEqual([1, '', ['prod']]);
    expect(other.err).toContain('are of the owner prod, and what is to be drained is of soc');

    expect((await drain([...LIFTED, '--owner', 'prod'], yes)).code).toBe(0);
    expect(marksLeft()).toEqual([]);
  });

  test('takes away whatever the policy is', async () => {
    await mirror(1, [OURS]);
    const attachOnly = fileOf(RULES.replace('owner: prod', 'owner: prod\npolicy: attach-only'));

    expect((await drain(['--rules', attachOnly, ...LIFTED], yes)).code).toBe(0);
    expect(marksLeft()).toEqual([]);
  });

  test('says what is left where the cloud refuses, and exits with 1', async () => {
    await mirror(2, [OURS]);
    cloud.deny('DeleteTrafficMirrorSession');

    const { code, out } = await drain(LIFTED, yes);

    expect([code, marksLeft().length, pauses]).toEqual([1, 2, []]);
    expect(out).toMatch(/failed +detach .*denied: .*ec2:DeleteTrafficMirrorSession/);
    expect(out).toMatch(/us-east-1: 2 left: tms-\w+, tms-\w+; run drain again when what holds it is over\n$/);
  });

  test('does not say that nothing is left where sessions cannot be read, and exits with 4', async () => {
    await mirror(1, [OURS]);
    cloud.deny('DescribeTrafficMirrorSessions');

    const { code, out } = await drain(LIFTED, yes);

    expect(code).toBe(4);
    expect(out).toContain('us-east-1: whether anything of ours is left cannot be told, for not all could be read');
  });

  test('goes on where another account cannot be read, and exits with 1', async () => {
    await mirror(2, [OURS]);
    const both = { ...env, TAPKEEPER_SCOPES: `${MEMBER}:us-east-1,${CENTRAL}:us-east-1`, TAPKEEPER_ACCOUNT: CENTRAL };
    const member = { ...both, TAPKEEPER_MEMBER_ROLE: 'arn:aws:iam::{account}:role/none' };

    const { code, out } = await drain(LIFTED, { ...yes, env: member });

    expect([code, marksLeft()]).toEqual([1, []]);
    expect(out).toContain(`AWS ${MEMBER} us-east-1: whether anything of ours is left cannot be told`);
    expect(out).toContain(`AWS ${CENTRAL} us-east-1: nothing of ours is left`);
  });

  test('takes nothing away where nobody saw what would go, though it can be read by then', async () => {
    await mirror(1, [OURS]);
    await mirror(1, [OURS], MEMBER);
    const scopes = `${MEMBER}:us-east-1,${CENTRAL}:us-east-1`;
    const role = { TAPKEEPER_ACCOUNT: CENTRAL, TAPKEEPER_MEMBER_ROLE: 'arn:aws:iam::{account}:role/operator' };
    const ask = async (): Promise<string> => {
      cloud.addRole({ account: MEMBER, name: 'operator', trusts: [CENTRAL] });
      return 'yes';
    };

    const { code } = await drain(LIFTED, { ask, env: { ...env, TAPKEEPER_SCOPES: scopes, ...role } });
    expect([code, marksLeft(), marksLeft(MEMBER)]).toEqual([1, [], ['prod']]);

    // It could be read, and is when it is asked for anew.
    const again = await drain(LIFTED, { ...yes, env: { ...env, TAPKEEPER_SCOPES: scopes, ...role } });
    expect([again.code, marksLeft(MEMBER)]).toEqual([0, []]);
  });

  test('writes JSON: what was done and what is left', async () => {
    await mirror(2, [OURS]);

    const tripped = JSON.parse((await drain(['--json'], {})).out) as object;
    const { code, out } = await drain([...LIFTED, '--json'], yes);

    expect(tripped).toMatchObject({ version: 1, plans: [{ guard: { trips: [{ name: 'limit' }] } }] });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      version: 1,
      reports: [{ counts: { done: 2 }, plan: { changes: [] } }],
      left: [{ scope: { account: CENTRAL }, kind: 'none', attachments: [] }],
    });
  });
});
