import { DeleteTrafficMirrorSessionCommand, DeleteTagsCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AwsDeps } from '../../../lambdas/compose.ts';
import { onChange } from '../../../lambdas/on-change.ts';
import { onResync } from '../../../lambdas/resync.ts';
import { onSweep } from '../../../lambdas/sweep.ts';
import { ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { parseSourceId } from '../../../shared/ids.ts';
import type { JournalEntry } from '../../../shared/journal.ts';
import { payload } from '../../lambdas/samples.ts';
import {
  createFilter,
  createInterface,
  createTarget,
  launch,
  NLB,
  startAccount,
  type Account,
  type Launched,
} from './account.ts';
import { batch, composeFor, queuesOf, rulesTo, TAGGED } from './handlers.ts';

let account: Account;
let deps: AwsDeps;
let entries: JournalEntry[];
let mode: string;
let queues: SQSClient;

beforeEach(async () => {
  account = await startAccount();
  entries = [];
  mode = 'enforce';
  const { local } = account;
  local.addBalancer({ arn: NLB });
  const config = rulesTo(await createTarget(account, null), await createFilter(account));
  deps = composeFor(account, config, { mode: () => mode, journal: { write: (entry) => void entries.push(entry) } });
  queues = queuesOf(account);
});
afterEach(async () => {
  queues.destroy();
  await account.stop();
});

const running = ({ machine }: Launched): Record<string, unknown> => ({
  ...payload('ec2-state-running'),
  id: `event-of-${machine}`,
  detail: { 'instance-id': machine, state: 'running' },
});

const change = (event: unknown) => onChange(() => deps)(event);
const sessions = () => account.local.state.in().sessions;
const faults = () => entries.filter(({ kind }) => kind === 'fault');
const bulk = async () => (await account.local.depthOf(account.local.queues.bulk)).waiting;

const READS = { DescribeInstances: 1, DescribeNetworkInterfaces: 1, DescribeTrafficMirrorSessions: 1 };
/** What a destination costs that something is about to be attached to. */
const CLOSER = { DescribeLoadBalancers: 1, DescribeListeners: 1 };

describe('on-change', () => {
  test('one instance: three reads and one write when warm, reads only when it comes again', async () => {
    const [other] = await launch(account, 1, TAGGED);
    await change(batch(running(other)));
    const [launched] = await launch(account, 1, TAGGED);
    account.local.resetCalls();
    expect(await change(batch(running(launched)))).toEqual({ batchItemFailures: [] });
    expect(account.local.calls).toEqual({ ...READS, CreateTrafficMirrorSession: 1 });
    expect(
      sessions()
        .map(({ interfaceId }) => interfaceId)
        .toSorted(),
    ).toEqual([other.source, launched.source].toSorted());
    account.local.resetCalls();
    await change(batch(running(launched)));
    expect(account.local.calls).toEqual(READS);
  });

  test('a hundred launches in one batch: at most six reads, a closer look and a hundred writes', async () => {
    const launched = await launch(account, 100, TAGGED);
    account.local.resetCalls();
    await change(batch(...launched.map(running)));
    const {
      CreateTrafficMirrorSession: writes,
      DescribeLoadBalancers,
      DescribeListeners,
      ...reads
    } = account.local.calls;
    expect({ DescribeLoadBalancers, DescribeListeners }).toEqual(CLOSER);
    expect(writes).toBe(100);
    expect(Object.values(reads).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(6);
    expect(sessions()).toHaveLength(100);
  });

  test('the bare event is handled too, and a failure of it is thrown', async () => {
    const [launched] = await launch(account, 1, TAGGED);
    expect(await change(running(launched))).toBeUndefined();
    expect(sessions()).toHaveLength(1);
    account.local.deny('DescribeTrafficMirrorSessions');
    await expect(change(running(launched))).rejects.toThrow(`event-of-${launched.machine}`);
  });

  test('what is no event is logged once each, without its contents, and keeps nothing else from being done', async () => {
    const [launched] = await launch(account, 1, TAGGED);
    const secret = 'alice-was-here';
    const huge = JSON.stringify({ ...running(launched), detail: { padding: secret.repeat(75_000) } });
    expect(huge.length).toBeGreaterThan(1024 * 1024);
    const unknown = { ...running(launched), source: secret, 'detail-type': secret };
    const strange = [secret, `{"${secret}":`, '', '[]', 'null', { [secret]: true }, unknown, huge];
    expect(await change(batch(...strange, running(launched)))).toEqual({ batchItemFailures: [] });
    expect(sessions()).toHaveLength(1);
    expect(faults().map((entry) => entry.correlation)).toEqual(strange.map((_, at) => `m${at}`));
    expect(JSON.stringify(entries)).not.toContain(secret);
  });

  test('an event that asks for nothing is acknowledged without a call', async () => {
    account.local.resetCalls();
    const events = ['ec2-state-pending', 'ct-RunInstances', 'ct-DetachNetworkInterface'].map(payload);
    expect(await change(batch(...events))).toEqual({ batchItemFailures: [] });
    expect(account.local.calls).toEqual({});
    expect(entries).toEqual([]);
  });

  test('a bare event of an unknown type is logged once and acknowledged', async () => {
    await change({ ...payload('scheduled'), 'detail-type': 'Something New' });
    expect(entries).toMatchObject([
      { kind: 'fault', code: 'event-unreadable', correlation: payload('scheduled')['id'] },
    ]);
  });

  test('what failed comes back, what was done does not', async () => {
    const [first] = await launch(account, 1, TAGGED);
    account.local.deny('DescribeNetworkInterfaces');
    const sweep = { kind: 'sweep', scope: account.scope, correlation: 'c', since: '2026-08-30T12:00:00.000Z' };
    const answer = await change(batch(running(first), 'nothing', payload('ec2-state-pending'), sweep));
    expect(answer?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toContain('m0');
    expect(answer?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).not.toContain('m1');
    expect(answer?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).not.toContain('m2');
  });

  test('work of our own is done as it says', async () => {
    const [launched] = await launch(account, 1, TAGGED);
    const look = {
      kind: 'look',
      scope: account.scope,
      subjects: [{ kind: 'source', id: launched.source }],
      run: { kind: 'observe' },
      correlation: 'c',
      since: '2026-08-30T12:00:00.000Z',
    };
    await change(batch(look));
    expect(sessions()).toEqual([]);
    await change(batch({ ...look, run: { kind: 'enforce', seen: null, lift: [] } }));
    expect(sessions()).toHaveLength(1);
  });

  test('a session that somebody deleted has the scope swept, once however often it is said', async () => {
    const launched = await launch(account, 1, TAGGED);
    await change(batch(...launched.map(running)));
    const [session] = sessions();
    await account.person.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: session?.id }));
    const before = await bulk();
    account.local.resetCalls();
    await change(batch(...Array.from({ length: 5 }, () => payload('ct-DeleteTrafficMirrorSession'))));
    expect(account.local.calls['DescribeInstances']).toBe(1);
    expect(await bulk()).toBe(before + 1);
  });

  test('an interface without a machine, and one that is unknown, do not disturb', async () => {
    const free = await createInterface(account);
    const event = payload('tag-change-eni');
    const about = (id: string) => ({
      ...event,
      resources: [`arn:aws:ec2:us-east-1:123456789012:network-interface/${id}`],
    });
    expect(await change(batch(about(free), about('eni-0123456789abcdef0')))).toEqual({ batchItemFailures: [] });
    expect(sessions()).toEqual([]);
  });

  /** The same ports, whose writes are not what the cloud gets. */
  const writing = (apply: AwsDeps['cloud']['apply']) => onChange(() => ({ ...deps, cloud: { ...deps.cloud, apply } }));

  test('an interface that vanishes between read and write is done with: the next read has it no longer', async () => {
    const [launched] = await launch(account, 1, TAGGED);
    const late = writing(async (...write) => {
      await account.person.send(new TerminateInstancesCommand({ InstanceIds: [launched.machine] }));
      await account.local.idle();
      return deps.cloud.apply(...write);
    });
    expect(await late(batch(running(launched)))).toEqual({ batchItemFailures: [] });
    expect(sessions()).toEqual([]);
    expect(entries.filter(({ kind }) => kind === 'refused' || kind === 'fault')).toEqual([]);
  });

  test.each([
    ['is attached by the second plan', 1, [], 1],
    ['comes back when the second plan does not see it either', 2, [{ itemIdentifier: 'm0' }], 0],
  ])('an interface that is too new to be written to %s', async (_, unseen, batchItemFailures, attached) => {
    const [launched] = await launch(account, 1, TAGGED);
    let left = unseen;
    const early = writing((scope, change, owner) => {
      const source = left-- > 0 ? parseSourceId('eni-0123456789abcdef0') : change.source;
      return deps.cloud.apply(scope, { ...change, source }, owner, 'event', null);
    });
    expect(await early(batch(running(launched)))).toEqual({ batchItemFailures });
    expect(sessions()).toHaveLength(attached);
  });

  test('observing writes nothing, paused reads nothing', async () => {
    const [launched] = await launch(account, 1, TAGGED);
    mode = 'observe';
    await change(batch(running(launched)));
    expect(sessions()).toEqual([]);
    expect(entries.some(({ kind }) => kind === 'planned')).toBe(true);
    mode = 'paused';
    account.local.resetCalls();
    await change(batch(running(launched)));
    expect(account.local.calls).toEqual({});
  });

  test('an untagged machine loses its session', async () => {
    const [launched] = await launch(account, 1, TAGGED);
    await change(batch(running(launched)));
    expect(sessions()).toHaveLength(1);
    await account.person.send(new DeleteTagsCommand({ Resources: [launched.machine], Tags: [{ Key: 'mirror' }] }));
    await change(batch(running(launched)));
    expect(sessions()).toEqual([]);
  });
});

describe('a destination', () => {
  const held = () => entries.flatMap((entry) => (entry.kind === 'held' ? [entry.hold] : []));

  test('whose load balancer lost its listener gets nothing, and says how to mend it', async () => {
    account.local.addBalancer({ arn: NLB, listeners: [] });
    const [launched] = await launch(account, 1, TAGGED);
    await change(batch(running(launched)));
    expect(sessions()).toEqual([]);
    expect(held()).toMatchObject([{ code: 'destination-unhealthy', source: launched.source }]);
    expect(held()[0]?.detail).toContain('aws elbv2 create-listener --region us-east-1');
  });

  test('that may not be looked at gets what is wished, with a note, and what to allow is said once', async () => {
    account.local.addBalancer({ arn: NLB, listeners: [] });
    account.local.deny('DescribeListeners');
    account.local.deny('DescribeLoadBalancers');
    const launched = await launch(account, 2, TAGGED);
    await change(batch(...launched.map(running)));
    expect(sessions()).toHaveLength(2);
    expect(entries.filter(({ kind }) => kind === 'refused' || kind === 'fault')).toEqual([]);
    const notes = entries.flatMap((entry) =>
      entry.kind === 'noted' && entry.note.code === 'destination-unchecked' ? [entry.note.source] : [],
    );
    expect(notes.toSorted()).toEqual(launched.map(({ source }) => source).toSorted());
    const incomplete = entries.flatMap((entry) => (entry.kind === 'incomplete' ? [entry.why] : []));
    expect(incomplete).toEqual([
      [
        expect.stringMatching(
          /allow elasticloadbalancing:DescribeLoadBalancers .* elasticloadbalancing:DescribeListeners/,
        ),
      ],
    ]);
    expect(JSON.stringify(entries)).not.toContain('assumed-role');
  });

  test('is looked at once for a hundred launches, and not when nothing is attached', async () => {
    const launched = await launch(account, 100, TAGGED);
    account.local.resetCalls();
    await change(batch(...launched.map(running)));
    expect(sessions()).toHaveLength(100);
    expect(account.local.calls).toMatchObject(CLOSER);
    account.local.resetCalls();
    await change(batch(...launched.map(running)));
    expect(Object.keys(account.local.calls).filter((action) => /LoadBalancers|Listeners/.test(action))).toEqual([]);
  });
});

describe('sweep', () => {
  test('lists five times, looks closer at what is wanted, writes nothing to EC2, and has on-change repair what it found', async () => {
    await launch(account, 30, TAGGED);
    account.local.resetCalls();
    await onSweep(() => deps)();
    const LISTS = { ...READS, DescribeTrafficMirrorTargets: 1, DescribeTrafficMirrorFilters: 1 };
    expect(account.local.calls).toEqual({ ...LISTS, ...CLOSER });
    const receive = new ReceiveMessageCommand({ QueueUrl: account.local.queues.bulk.url, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await queues.send(receive);
    expect(await change(batch(...Messages.map(({ Body }) => Body)))).toEqual({ batchItemFailures: [] });
    expect(sessions()).toHaveLength(30);
    await onSweep(() => deps)();
    expect((await queues.send(receive)).Messages ?? []).toEqual([]);
  });

  test('that cannot read throws, so that it is tried again', async () => {
    await launch(account, 1, TAGGED);
    await account.local.stop();
    await expect(onSweep(() => deps)()).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('resync', () => {
  const IAM = { iam: { accountId: '123456789012', userArn: 'arn:aws:iam::123456789012:user/alice' } };
  const JWT = { jwt: { claims: { sub: 'alice' } } };
  const request = (body: string, authorizer: unknown = IAM) => ({
    version: '2.0',
    requestContext: { requestId: 'request-1', http: { method: 'POST' }, authorizer },
    body,
    isBase64Encoded: false,
  });
  const resync = (event: unknown, context?: { getRemainingTimeInMillis(): number }) =>
    onResync(() => deps)(event, context);
  const PLAN = JSON.stringify({ scope: 'everything', mode: 'plan' });
  const APPLY = JSON.stringify({ scope: 'everything', mode: 'apply' });
  const LIFT = JSON.stringify({ scope: 'everything', mode: 'apply', lift: ['all'] });

  test('plans and applies for a signed request, its body as text or in base64', async () => {
    await launch(account, 2, TAGGED);
    expect(await resync(request(PLAN))).toMatchObject({ statusCode: 200 });
    expect(sessions()).toEqual([]);
    const encoded = { ...request(Buffer.from(APPLY).toString('base64')), isBase64Encoded: true };
    expect(await resync(encoded)).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': expect.stringContaining('application/json') as string },
    });
    expect(sessions()).toHaveLength(2);
  });

  test('begins nothing for which its invocation has no time left', async () => {
    await launch(account, 2, TAGGED);
    const withTimeLeft = (ms: number) => ({ getRemainingTimeInMillis: () => ms });
    expect((await resync(request(APPLY), withTimeLeft(10_000))).body).toContain('no time was left');
    expect(sessions()).toEqual([]);
    expect(await resync(request(APPLY), withTimeLeft(60_000))).toMatchObject({ statusCode: 200 });
    expect(sessions()).toHaveLength(2);
  });

  test.each([
    ['nobody', undefined],
    ['null', null],
  ])('answers 401 to %s without a call', async (_, authorizer) => {
    const unsigned = { ...request(APPLY), requestContext: { http: { method: 'POST' }, authorizer } };
    account.local.resetCalls();
    expect(await resync(unsigned)).toMatchObject({
      statusCode: 401,
      headers: { 'content-type': 'application/problem+json' },
    });
    expect(account.local.calls).toEqual({});
  });

  test('lifts the guard for IAM only', async () => {
    expect((await resync(request(LIFT, JWT))).statusCode).toBe(403);
    expect((await resync(request(LIFT))).statusCode).toBe(200);
    const rest = {
      httpMethod: 'POST',
      requestContext: { identity: { userArn: 'arn:aws:iam::123456789012:user/alice' } },
      body: LIFT,
    };
    expect((await resync(rest)).statusCode).toBe(200);
    const unsignedRest = { ...rest, requestContext: { identity: { userArn: null, sourceIp: '192.0.2.1' } } };
    expect((await resync(unsignedRest)).statusCode).toBe(401);
  });

  test('passes on what is wrong with a body, and takes a POST only', async () => {
    expect(await resync(request('not json'))).toMatchObject({
      statusCode: 400,
      headers: { 'content-type': 'application/problem+json' },
    });
    const get = { ...request(PLAN), requestContext: { http: { method: 'GET' }, authorizer: IAM } };
    expect((await resync(get)).statusCode).toBe(405);
    expect((await resync(null)).statusCode).toBe(405);
  });
});
