import {
  CreateTrafficMirrorFilterCommand,
  CreateTrafficMirrorTargetCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compose, type AwsDeps, type Overrides } from '../../lambdas/compose.ts';
import { onChange } from '../../lambdas/on-change.ts';
import { startAwsCloud, type AwsCloud } from '../../local/aws/aws-cloud.ts';
import { parseAccountId, parseDestinationName, parseFilterId, parseRegion, parseTargetId } from '../../shared/ids.ts';
import type { Attach } from '../../shared/plan/change.ts';
import type { Owner, RulesVersion, Scope, SourceId } from '../../shared/words.ts';
import { batch, rulesTo, TAGGED } from '../contract/aws/handlers.ts';

const OURS = '123456789012';
const MEMBER = '210987654321';
const EVERYTHING = { kind: 'everything' } as const;

let cloud: AwsCloud;
let person: EC2Client;
/** Milliseconds that writes waited for their pace: nobody waits, the clock goes on. */
let waits: number[];

beforeEach(async () => {
  cloud = await startAwsCloud({ port: 0, settleMs: 0, accounts: [OURS, MEMBER], rules: {} });
  const credentials = cloud.as({ kind: 'user', name: 'alice' }, MEMBER);
  person = new EC2Client({ endpoint: cloud.endpoint, region: cloud.region, credentials });
  waits = [];
  cloud.addRole({
    account: MEMBER,
    name: 'ops/tapkeeper-member',
    externalId: 'soc-7',
    trusts: [`arn:aws:iam::${OURS}:role/${cloud.roleName}`],
  });
});
afterEach(async () => {
  person.destroy();
  await cloud.stop();
});

const scopeOf = (account: string): Scope => ({
  cloud: 'aws',
  account: parseAccountId(account),
  region: parseRegion(cloud.region),
});

/** The process of a deployment in our account that keeps both. */
function deployed(more: Record<string, string> = {}, rules: Pick<Overrides, 'rules'> = {}): AwsDeps {
  const overrides: Overrides = {
    credentials: cloud.as({ kind: 'role', roleName: cloud.roleName, sessionName: 'on-change' }),
    journal: { write: () => undefined },
    clock: { now: () => Date.now() + waits.reduce((sum, ms) => sum + ms, 0) },
    sleep: async (ms) => void waits.push(ms),
    ...rules,
  };
  const env = {
    AWS_REGION: cloud.region,
    AWS_ENDPOINT_URL_EC2: cloud.endpoint,
    AWS_ENDPOINT_URL_STS: cloud.endpoint,
    AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2: cloud.endpoint,
    TAPKEEPER_SCOPES: `${OURS}:${cloud.region},${MEMBER}:${cloud.region}`,
    TAPKEEPER_ACCOUNT: OURS,
    TAPKEEPER_MEMBER_ROLE: 'arn:aws:iam::{account}:role/ops/tapkeeper-member',
    TAPKEEPER_EXTERNAL_ID: 'soc-7',
    TAPKEEPER_ROLE_NAME: cloud.roleName,
    ...more,
  };
  return compose(env, overrides);
}

/** An instance of the member account and a destination beside it: the change that attaches the one to the other. */
async function launchInMember(): Promise<Attach> {
  const { Instances = [] } = await person.send(
    new RunInstancesCommand({
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 'm5.large',
      MinCount: 1,
      MaxCount: 1,
      ...TAGGED,
    }),
  );
  await cloud.idle();
  const balancer = `arn:aws:elasticloadbalancing:${cloud.region}:${MEMBER}:loadbalancer/net/sensor/50dc6c495c0c9188`;
  cloud.addBalancer({ arn: balancer });
  const { TrafficMirrorTarget: target } = await person.send(
    new CreateTrafficMirrorTargetCommand({ NetworkLoadBalancerArn: balancer }),
  );
  const { TrafficMirrorFilter: filter } = await person.send(new CreateTrafficMirrorFilterCommand({}));
  return {
    kind: 'attach',
    source: (Instances[0]?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? '') as SourceId,
    machine: null,
    destination: parseDestinationName('sensor'),
    rules: [],
    to: {
      target: parseTargetId(target?.TrafficMirrorTargetId ?? ''),
      filter: parseFilterId(filter?.TrafficMirrorFilterId ?? ''),
      number: 1,
      packetLength: null,
      virtualNetworkId: null,
    },
  };
}

const apply = (deps: AwsDeps, attach: Attach) =>
  deps.cloud.apply(scopeOf(MEMBER), attach, 'soc' as Owner, 'event', null);

/** The deployment, with rules that mirror the machine to its destination. */
const enforcing = ({ to }: Attach): AwsDeps => {
  const config = rulesTo(to.target, to.filter ?? '');
  const rules = { followedBy: 'reader' as const, load: async () => ({ config, version: 'v' as RulesVersion }) };
  return deployed({ TAPKEEPER_MODE: 'enforce' }, { rules });
};

const sessionsOf = (account: string) => cloud.state.in(cloud.region, account).sessions;

describe('a member account', () => {
  test('is read and written in its own role, and ours in our own', async () => {
    const attach = await launchInMember();
    const deps = deployed();
    const [ours, theirs] = await Promise.all([OURS, MEMBER].map((one) => deps.cloud.read(scopeOf(one), EVERYTHING)));
    expect(theirs?.sources.map(({ id, account }) => [id, account])).toEqual([[attach.source, MEMBER]]);
    expect(theirs?.incomplete).toEqual([]);
    expect(ours).toMatchObject({ sources: [], targets: [], incomplete: [] });
    expect(await apply(deps, attach)).toMatchObject({ kind: 'done' });
    expect(sessionsOf(MEMBER)).toHaveLength(1);
    expect(sessionsOf(OURS)).toHaveLength(0);
    expect(deps.ownRoles).toEqual([cloud.roleName, 'tapkeeper-member']);
  });

  test('whose role does not let us in is denied by name, and the other one is read', async () => {
    const attach = await launchInMember();
    const deps = deployed({ TAPKEEPER_EXTERNAL_ID: 'of-somebody-else' });
    const denied = {
      code: 'denied',
      message: expect.stringMatching(
        /^AssumeRole of arn:aws:iam::210987654321:role\/ops\/tapkeeper-member: AccessDenied; let its trust policy name our role/,
      ) as string,
    };
    const [ours, theirs] = await Promise.allSettled(
      [OURS, MEMBER].map((one) => deps.cloud.read(scopeOf(one), EVERYTHING)),
    );
    expect(ours?.status).toBe('fulfilled');
    expect(theirs).toMatchObject({ status: 'rejected', reason: denied });
    expect(await apply(deps, attach)).toMatchObject({
      kind: 'failed',
      code: 'denied',
      detail: expect.stringContaining('AssumeRole of arn:aws:iam::210987654321:role/ops/tapkeeper-member') as string,
    });
    expect(sessionsOf(MEMBER)).toHaveLength(0);
  });
});

describe('a key of a member account that is not accepted any more', () => {
  const assumed = (): number => cloud.calls['AssumeRole'] ?? 0;

  test.each(['RequestExpired', 'AuthFailure', 'InvalidClientTokenId', 'InvalidSignatureException'])(
    'is asked for again, and the machine is mirrored in the end: %s',
    async (code) => {
      const attach = await launchInMember();
      const deps = enforcing(attach);
      const running = batch({
        kind: 'look',
        scope: scopeOf(MEMBER),
        subjects: [{ kind: 'source', id: attach.source }],
        run: null,
        hook: null,
        correlation: 'c',
        since: '2026-08-30T12:00:00.000Z',
      });
      cloud.fail('CreateTrafficMirrorSession', { code, status: 401, times: 1 });
      expect(await onChange(() => deps)(running)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
      expect(await onChange(() => deps)(running)).toEqual({ batchItemFailures: [] });
      expect(sessionsOf(MEMBER).map(({ interfaceId }) => interfaceId)).toEqual([attach.source]);
      expect(assumed()).toBe(2);
    },
  );

  test('names the role and the code, and is worth another try', async () => {
    const attach = await launchInMember();
    cloud.fail('CreateTrafficMirrorSession', { code: 'RequestExpired', status: 400, times: 1 });
    expect(await apply(deployed(), attach)).toMatchObject({
      kind: 'failed',
      code: 'unexpected',
      detail: `CreateTrafficMirrorSession on ${attach.source}: the key of role arn:aws:iam::210987654321:role/ops/tapkeeper-member was not accepted (RequestExpired); it is asked for again`,
    });
  });

  test('is asked for again after a read as well', async () => {
    const deps = deployed();
    await deps.cloud.read(scopeOf(MEMBER), EVERYTHING);
    expect(assumed()).toBe(1);
    const endOfReads = cloud.fail('DescribeInstances', { code: 'ExpiredToken', status: 400 });
    const { incomplete } = await deps.cloud.read(scopeOf(MEMBER), EVERYTHING);
    expect(incomplete).toMatchObject([{ kind: 'machines', why: expect.stringContaining('(ExpiredToken)') as string }]);
    endOfReads();
    expect((await deps.cloud.read(scopeOf(MEMBER), EVERYTHING)).incomplete).toEqual([]);
    expect(assumed()).toBe(2);
  });
});

test('our own key that is not accepted any more is a matter for a person', async () => {
  cloud.fail('DescribeInstances', { code: 'RequestExpired', status: 400 });
  const { incomplete } = await deployed().cloud.read(scopeOf(OURS), EVERYTHING);
  expect(incomplete).toMatchObject([
    { why: expect.stringContaining('give credentials of account 123456789012') as string },
  ]);
  expect(cloud.calls['AssumeRole']).toBeUndefined();
});

describe('what the cloud refuses for a moment', () => {
  const writes = (): number => cloud.calls['CreateTrafficMirrorSession'] ?? 0;

  test('a throttled write goes again at the pace of its lane, not at the SDK’s', async () => {
    const attach = await launchInMember();
    cloud.fail('CreateTrafficMirrorSession', { code: 'RequestLimitExceeded', status: 503, times: 2 });
    expect(await apply(deployed(), attach)).toMatchObject({ kind: 'done' });
    expect(writes()).toBe(3);
    expect(waits).toHaveLength(2);
    expect(sessionsOf(MEMBER)).toHaveLength(1);
  });

  test('a write that is throttled for good is failed after six calls', async () => {
    const attach = await launchInMember();
    const end = cloud.fail('CreateTrafficMirrorSession', { code: 'RequestLimitExceeded', status: 503 });
    expect(await apply(deployed(), attach)).toMatchObject({ kind: 'failed', code: 'throttled' });
    expect(writes()).toBe(6);
    end();
  });

  test('a write that fails on the way is tried again by the SDK at once', async () => {
    const attach = await launchInMember();
    cloud.fail('CreateTrafficMirrorSession', { code: 'InternalError', status: 500, times: 1 });
    expect(await apply(deployed(), attach)).toMatchObject({ kind: 'done' });
    expect([writes(), waits]).toEqual([2, []]);
  });

  test('a throttled read is tried again by the SDK', async () => {
    cloud.fail('DescribeInstances', { code: 'RequestLimitExceeded', status: 503, times: 1 });
    const world = await deployed().cloud.read(scopeOf(MEMBER), EVERYTHING);
    expect(world.incomplete).toEqual([]);
    expect([cloud.calls['DescribeInstances'], waits]).toEqual([2, []]);
  });
});
