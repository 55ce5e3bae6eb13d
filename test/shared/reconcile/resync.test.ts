import { describe, expect, it } from 'vitest';
import { Fault } from '../../../shared/fault.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import { resync } from '../../../shared/reconcile/resync.ts';
import type { ResyncBody } from '../../../shared/reconcile/resync/answer.ts';
import type { ProblemBody } from '../../../shared/reconcile/resync/problem.ts';
import { toWorld } from '../../world.ts';
import { CONFIG, digits, fleet, ours, retagged, sessionsOf, sourceAt, upTo } from './fleets.ts';
import { type Harness, harness, NOW_MS } from './harness.ts';

const machine = (at: number): string => `i-${digits(at)}`;

interface Reply<Body> {
  readonly status: number;
  readonly contentType: string;
  readonly json: Body;
}

/** Who asks, and how long the process lives that answers. */
interface Circumstances {
  readonly mayLift: 'yes' | 'no';
  readonly endsAtMs: number | null;
}

const ANYBODY: Circumstances = { mayLift: 'no', endsAtMs: null };
const LIFTER: Circumstances = { ...ANYBODY, mayLift: 'yes' };
const within = (ms: number): Circumstances => ({ ...ANYBODY, endsAtMs: NOW_MS + ms });

async function call<Body>(h: Harness, body: unknown, circumstances: Circumstances): Promise<Reply<Body>> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answered = await resync(h.deps, { body: text, correlation: 'call-1', ...circumstances });
  const { status, contentType, body: answer } = answered;
  return { status, contentType, json: JSON.parse(answer) as Body };
}

/** Asks, and reads the answer as plans, the first of which is `plan`. */
async function post(h: Harness, body: unknown, circumstances = ANYBODY) {
  const reply = await call<ResyncBody>(h, body, circumstances);
  const [plan] = reply.json.plans;
  if (plan === undefined) throw new Error('no plan');
  return { ...reply, plan };
}

/** Asks, and reads the answer as a refusal. */
const postRefused = (h: Harness, body: unknown, circumstances = ANYBODY): Promise<Reply<ProblemBody>> =>
  call(h, body, circumstances);

const pointersOf = ({ json }: Reply<ProblemBody>): readonly string[] =>
  (json.errors ?? []).map(({ pointer }) => pointer);

describe('resync, planning', () => {
  it('answers with plan, summary and digest, and changes nothing', async () => {
    const world = retagged(fleet(3, [], [ours(2, 'tcp')]), (at) => (at === 2 ? [] : ['tcp']));
    const h = harness(CONFIG, world);

    const { status, contentType, json, plan } = await post(h, { scope: 'everything', mode: 'plan' });

    expect([status, contentType]).toEqual([200, 'application/json']);
    expect(json).toMatchObject({ correlation: 'call-1', did: 'planned', mode: 'enforce', why: null, next: null });
    expect(json.plans).toMatchObject([
      { scope: world.scope, summary: { attach: 2, detach: 1 }, guard: { disruptions: 1, trips: [] }, holds: [] },
    ]);
    expect(plan.changes.map(({ kind }) => kind)).toEqual(['attach', 'attach', 'detach']);
    expect(plan.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(h.cloud.world()).toEqual(world);
    expect(h.journal.at(-1)).toMatchObject({ kind: 'finished', trigger: 'resync', correlation: 'call-1' });
  });

  it.each(['machines', 'interfaces'])('looks at what %s name, and at nothing else', async (key) => {
    const h = harness(CONFIG, fleet(3, ['tcp']));
    const ids = key === 'machines' ? [machine(1)] : [`eni-${digits(1)}`];

    const { plan } = await post(h, { scope: { [key]: ids }, mode: 'plan' });

    expect(plan.changes.map(({ source }) => source)).toEqual([`eni-${digits(1)}`]);
    expect(h.cloud.reads).toMatchObject([{ selection: { kind: 'subjects' } }]);
  });

  it('answers page by page: all changes and holds, each once', async () => {
    const unfit = { id: 'eni-f', machine: 'i-f', unfit: 'not a Nitro instance' };
    const sketch = toWorld({ machines: [{ id: 'i-f', tags: { tcp: '' } }], sources: [unfit] });
    const fit = fleet(5, ['tcp']);
    const world = {
      ...fit,
      machines: [...fit.machines, ...sketch.machines],
      sources: [...fit.sources, ...sketch.sources],
    };
    const h = harness(CONFIG, world);

    const seen: string[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const body = { scope: 'everything', mode: 'plan', limit: 2, ...(cursor === null ? {} : { cursor }) };
      const { json, plan } = await post(h, body);
      seen.push(...plan.changes.map(({ source }) => source), ...plan.holds.map(({ source }) => source));
      expect(plan.summary).toMatchObject({ attach: 5, held: 1 });
      cursor = json.next;
      pages += 1;
    } while (cursor !== null && pages < 10);

    expect(pages).toBe(3);
    expect(seen).toEqual([...upTo(5).map((at) => `eni-${digits(at)}`), 'eni-f']);
  });

  it('plans while paused, because a person asked', async () => {
    const h = harness(CONFIG, fleet(1, ['tcp']));
    h.mode = 'paused';

    const { status, json, plan } = await post(h, { scope: 'everything', mode: 'plan' });

    expect([status, json.mode, plan.changes.length]).toEqual([200, 'paused', 1]);
  });
});

describe('resync, applying', () => {
  it('makes it so, and tells what became of each change', async () => {
    const h = harness(CONFIG, fleet(3, ['tcp']));
    h.cloud.onApply = (change) =>
      change.source === `eni-${digits(1)}` ? { kind: 'failed', change, code: 'quota', detail: 'too many' } : null;

    const { status, json } = await post(h, { scope: 'everything', mode: 'apply' });

    expect(status).toBe(200);
    expect(json.did).toBe('applied');
    expect(json.outcomes.map(({ outcome, code, attachment }) => [outcome, code, attachment !== null])).toEqual([
      ['done', null, true],
      ['failed', 'quota', false],
      ['done', null, true],
    ]);
    expect(sessionsOf(h.cloud.world())).toEqual(['0: 100 tmt-tcp', '2: 100 tmt-tcp']);
    expect(h.cloud.reads).toHaveLength(1);
  });

  it.each(['observe', 'paused'] as const)('only plans in mode %s, and says so', async (mode) => {
    const world = fleet(1, ['tcp']);
    const h = harness(CONFIG, world);
    h.mode = mode;

    const { status, json, plan } = await post(h, { scope: 'everything', mode: 'apply' });

    expect([status, json.did, json.mode]).toEqual([200, 'planned', mode]);
    expect(json.why).toBe(`nothing was applied: the mode of this deployment is ${mode}`);
    expect(plan.changes).toHaveLength(1);
    expect(h.cloud.world()).toEqual(world);
  });

  it.each([
    [50, 200, 'applied', 0],
    [51, 202, 'queued', 1],
    [67, 202, 'queued', 2],
  ])('of %d changes answers %d (%s)', async (count, status, did, messages) => {
    const h = harness(CONFIG, fleet(count, ['tcp']));

    const reply = await post(h, { scope: 'everything', mode: 'apply' });

    expect([reply.status, reply.json.did, reply.json.messages]).toEqual([status, did, messages]);
    const waiting = h.take('bulk');
    expect(waiting.map(({ work }) => work.correlation)).toEqual(Array.from({ length: messages }, () => 'call-1'));
    expect(h.cloud.world().attachments).toHaveLength(messages === 0 ? count : 0);
    await handleWork(h.deps, waiting, null);
    expect(h.cloud.world().attachments).toHaveLength(count);
  });

  it('applies exactly what was expected', async () => {
    const world = fleet(
      4,
      [],
      upTo(4).map((at) => ours(at, 'tcp')),
    );
    const h = harness(
      CONFIG,
      retagged(world, (at) => (at === 0 ? [] : ['tcp'])),
    );
    const planned = await post(h, { scope: 'everything', mode: 'plan' });
    const body = { scope: 'everything', mode: 'apply', expects: planned.plan.digest };

    h.cloud.edit((now) => retagged(now, (at) => (at < 2 ? [] : ['tcp'])));
    const stale = await postRefused(h, body);

    expect([stale.status, stale.contentType]).toEqual([409, 'application/problem+json']);
    expect(stale.json.type).toBe('urn:tapkeeper:problem:plan-stale');
    expect(h.cloud.world().attachments).toHaveLength(4);
    const fresh = await post(h, { ...body, expects: stale.json.digest });
    expect(fresh.status).toBe(200);
    expect(h.cloud.world().attachments).toHaveLength(2);
  });
});

describe('resync, under the guard', () => {
  const untagged = retagged(
    fleet(
      60,
      [],
      upTo(60).map((at) => ours(at, 'tcp')),
    ),
    () => [],
  );

  it('withholds, and says what to lift', async () => {
    const h = harness(CONFIG, untagged);

    const { status, plan } = await post(h, { scope: 'everything', mode: 'apply' });

    expect(status).toBe(200);
    expect(plan.guard.trips.map(({ name }) => name)).toEqual(['limit', 'all']);
    expect(plan.summary['held.guard']).toBe(60);
    expect(h.cloud.world().attachments).toHaveLength(60);
  });

  it('refuses a lift by whoever may not lift', async () => {
    const h = harness(CONFIG, untagged);

    const { status, json } = await postRefused(h, { scope: 'everything', mode: 'apply', lift: ['limit', 'all'] });

    expect([status, json.type]).toEqual([403, 'urn:tapkeeper:problem:lift-forbidden']);
    expect(h.cloud.reads).toEqual([]);
  });

  it('needs every trip by its name', async () => {
    const h = harness(CONFIG, untagged);

    const { plan } = await post(h, { scope: 'everything', mode: 'apply', lift: ['limit'] }, LIFTER);

    expect(plan.guard).toMatchObject({ trips: [{ name: 'all' }], lifted: ['limit'] });
    expect(h.cloud.world().attachments).toHaveLength(60);
  });

  it('lets all of it go when it is lifted, through the queue as well', async () => {
    const h = harness(CONFIG, untagged);

    const { status, json } = await post(h, { scope: 'everything', mode: 'apply', lift: ['all', 'limit'] }, LIFTER);
    const waiting = h.take('bulk');
    await handleWork(h.deps, waiting, null);

    expect(waiting).toMatchObject([{ work: { run: { lift: [] } } }]);
    expect([status, json.messages]).toEqual([202, 1]);
    expect(h.cloud.world().attachments).toEqual([]);
  });

  it('lets nothing through in pieces that is held as a whole, whatever is lifted of the pieces', async () => {
    const mixed = { ...untagged, sources: untagged.sources.map((one) => ({ ...one, tags: { mirror: 'udp' } })) };
    const h = harness(CONFIG, mixed);

    await post(h, { scope: 'everything', mode: 'apply', lift: ['batch'] }, LIFTER);
    for (let waiting = h.take('bulk'); waiting.length > 0; waiting = h.take('bulk'))
      await handleWork(h.deps, waiting, null);

    const before = new Set(untagged.attachments.map(({ id }) => id));
    expect(h.cloud.world().attachments.filter(({ id }) => before.has(id))).toHaveLength(before.size);
  });

  it('shows in a plan what a lift would do, and does nothing', async () => {
    const h = harness(CONFIG, untagged);

    const { plan } = await post(h, { scope: 'everything', mode: 'plan', lift: ['all', 'limit'] }, LIFTER);

    expect(plan.summary).toMatchObject({ detach: 60, held: 0 });
    expect(h.cloud.world()).toEqual(untagged);
  });

  it('judges named machines as a batch, which a digest alone does not lift', async () => {
    const h = harness(CONFIG, untagged);
    const scope = { machines: upTo(6).map(machine) };
    const planned = await post(h, { scope, mode: 'plan' });
    const expects = planned.plan.digest;

    await post(h, { scope, mode: 'apply', expects });
    expect(h.cloud.world().attachments).toHaveLength(60);

    await post(h, { scope, mode: 'apply', expects, lift: ['batch'] }, LIFTER);
    expect(h.cloud.world().attachments).toHaveLength(54);
  });
});

describe('resync, of what it cannot answer', () => {
  it.each([
    ['', ['#']],
    ['{', ['#']],
    [`"${'x'.repeat(70_000)}"`, ['#']],
    [[], ['#/scope', '#/mode']],
    ['null', ['#']],
    [{}, ['#/scope', '#/mode']],
    [{ scope: 'all', mode: 'do', extra: 1 }, ['#/scope', '#/mode', '#/extra']],
    [{ scope: { machines: [] }, mode: 'plan' }, ['#/scope/machines/0']],
    [{ scope: { machines: 'i-1' }, mode: 'plan' }, ['#/scope/machines']],
    [
      { scope: { machines: [machine(1), 'i-xyz', 7, 'eni-12345678'] }, mode: 'plan' },
      ['#/scope/machines/1', '#/scope/machines/2', '#/scope/machines/3'],
    ],
    [{ scope: { interfaces: [machine(1)] }, mode: 'plan' }, ['#/scope/interfaces/0']],
    [{ scope: { machines: [machine(1)], interfaces: [] }, mode: 'plan' }, ['#/scope/interfaces']],
    [{ scope: { machines: upTo(1001).map(machine) }, mode: 'plan' }, ['#/scope/machines']],
    [{ scope: 'everything', mode: 'plan', lift: 'all', expects: 'abc' }, ['#/expects', '#/lift']],
    [{ scope: 'everything', mode: 'plan', lift: ['all', 'everything'] }, ['#/lift/1']],
    [{ scope: 'everything', mode: 'plan', limit: 0 }, ['#/limit']],
    [{ scope: 'everything', mode: 'plan', limit: 1.5, cursor: '7' }, ['#/limit', '#/cursor']],
    [{ scope: 'everything', mode: 'apply', cursor: 'from-2' }, ['#/cursor']],
    [{ scope: 'everything', mode: 'plan', account: '12', region: '../x' }, ['#/account', '#/region']],
    [{ scope: 'everything', mode: 'plan', account: '999999999999' }, ['#/account']],
    [{ scope: 'everything', mode: 'plan', region: 'eu-north-1' }, ['#/region']],
    [{ scope: 'everything', mode: 'plan', 'a/b~': 1 }, ['#/a~1b~0']],
  ] as const)('tells every problem of %j', async (body, pointers) => {
    const h = harness(CONFIG, fleet(1, ['tcp']));

    const reply = await postRefused(h, body);

    expect([reply.status, reply.contentType]).toEqual([400, 'application/problem+json']);
    expect(reply.json).toMatchObject({ type: 'urn:tapkeeper:problem:bad-request', status: 400, correlation: 'call-1' });
    expect([...pointersOf(reply)].sort()).toEqual([...pointers].sort());
    expect(h.cloud.reads).toEqual([]);
  });

  it.each([
    ['attachments', 'ec2:DescribeTrafficMirrorSessions is not allowed', fleet(2, ['tcp'])],
    ['sources', 'ec2:DescribeNetworkInterfaces is not allowed', { ...fleet(2, ['tcp']), sources: [] }],
  ] as const)('does not answer from a read without %s, in which nothing can be decided', async (kind, why, whole) => {
    const world = { ...whole, incomplete: [{ kind, why }] };
    const h = harness(CONFIG, world);

    const { status, json } = await postRefused(h, { scope: 'everything', mode: 'apply' });

    expect(status).toBe(503);
    expect(json.incomplete).toEqual([`123456789012:us-east-1: ${kind}: ${why}`]);
    expect(h.cloud.world()).toEqual(world);
  });

  it('says so when nothing can be read', async () => {
    const h = harness(CONFIG, fleet(2, ['tcp']));
    h.cloud.onRead = () => {
      throw new Fault('throttled', 'listing instances: slow down');
    };

    const { status, json } = await postRefused(h, { scope: 'everything', mode: 'plan' });

    expect([status, json.incomplete]).toEqual([503, ['123456789012:us-east-1: listing instances: slow down']]);
    expect(h.journal).toMatchObject([{ kind: 'fault', code: 'throttled' }]);
  });

  it('names what is wrong with the rules', async () => {
    const h = harness(CONFIG, fleet(2, ['tcp']));
    h.onLoad = () => {
      throw new Fault('config-invalid', 'tapkeeper.yaml:3:1: unknown key');
    };

    const { status, json } = await postRefused(h, { scope: 'everything', mode: 'plan' });

    expect([status, json.detail]).toEqual([500, 'tapkeeper.yaml:3:1: unknown key']);
    expect(h.cloud.reads).toEqual([]);
  });

  it('keeps to itself what is unexpected, and journals it', async () => {
    const h = harness(CONFIG, fleet(60, ['tcp']));
    h.onSend = () => {
      throw new TypeError('socket hang up at 10.0.0.1');
    };

    const { status, json } = await postRefused(h, { scope: 'everything', mode: 'apply' });

    expect([status, json.type]).toEqual([500, 'urn:tapkeeper:problem:unexpected']);
    expect(JSON.stringify(json)).not.toContain('10.0.0.1');
    expect(h.journal.at(-1)).toMatchObject({ kind: 'fault', code: 'unexpected', correlation: 'call-1' });
  });
});

describe('resync, of several scopes', () => {
  const east = fleet(2, ['tcp']);
  const west = toWorld({ region: 'us-west-2' });

  it('plans and applies everything in all of them', async () => {
    const h = harness(CONFIG, east, west);

    const { json } = await post(h, { scope: 'everything', mode: 'apply' });

    expect(json.plans.map(({ scope }) => scope.region)).toEqual(['us-east-1', 'us-west-2']);
    expect(h.cloud.world(east.scope).attachments).toHaveLength(2);
  });

  it('takes the one that account and region name', async () => {
    const h = harness(CONFIG, east, west);

    await post(h, { scope: { machines: [machine(0)] }, mode: 'plan', region: 'us-east-1', account: '123456789012' });

    expect(h.cloud.reads.map(({ scope }) => scope.region)).toEqual(['us-east-1']);
  });

  it.each([
    [{ scope: { machines: [machine(0)] }, mode: 'plan' }, '#/account'],
    [{ scope: 'everything', mode: 'apply', expects: 'a'.repeat(64) }, '#/expects'],
  ])('asks which one is meant by %j', async (body, pointer) => {
    const reply = await postRefused(harness(CONFIG, east, west), body);

    expect([reply.status, ...pointersOf(reply)]).toEqual([400, pointer]);
    expect(reply.json.detail).toContain('123456789012:us-east-1, 123456789012:us-west-2');
  });

  it('reads an Azure subscription out of the ids, whatever their casing', async () => {
    const h = harness({ ...CONFIG, destinations: [], rules: [] }, toWorld({ cloud: 'azure' }));
    const group = 'resourceGroups/Web/providers/Microsoft.Compute/virtualMachines';
    const kept = `/subscriptions/00000000-0000-0000-0000-000000000000/${group}/VM-1`;
    const strange = `/subscriptions/11111111-0000-0000-0000-000000000000/${group}/vm-2`;

    expect((await post(h, { scope: { machines: [kept, kept.toLowerCase()] }, mode: 'plan' })).status).toBe(200);
    const subjects = [{ kind: 'machine', id: kept.toLowerCase() }];
    expect(h.cloud.reads.map(({ selection }) => selection)).toEqual([{ kind: 'subjects', subjects }]);
    const reply = await postRefused(h, { scope: { machines: [kept, strange] }, mode: 'plan' });
    expect([reply.status, ...pointersOf(reply)]).toEqual([400, '#/scope']);
    expect(reply.json.detail).toContain('11111111-0000-0000-0000-000000000000');
  });
});

describe('resync, of what can be read in part', () => {
  const east = fleet(2, ['tcp']);
  const west = { ...fleet(2, ['tcp']), scope: toWorld({ region: 'us-west-2' }).scope };
  const everything = { scope: 'everything', mode: 'apply' };
  const denied = (...regions: readonly string[]): Harness => {
    const h = harness(CONFIG, east, west);
    h.cloud.onRead = ({ region }) => {
      if (regions.includes(region ?? '')) throw new Fault('denied', `listing instances in ${region}: not allowed`);
    };
    return h;
  };

  it('does in one account what it can, and names the other with why', async () => {
    const h = denied('us-west-2');

    const { status, json } = await post(h, everything);

    expect([status, json.did]).toEqual([200, 'applied']);
    expect(json.plans.map(({ scope }) => scope.region)).toEqual(['us-east-1']);
    expect(json.incomplete).toEqual([
      { scope: west.scope, isPlanned: false, why: ['listing instances in us-west-2: not allowed'] },
    ]);
    expect(h.cloud.world(east.scope).attachments).toHaveLength(2);
    expect(h.cloud.world(west.scope)).toEqual(west);
    expect(h.journal).toContainEqual(expect.objectContaining({ kind: 'fault', code: 'denied', scope: west.scope }));
  });

  it('queues what it can, and names the rest', async () => {
    const h = harness(CONFIG, fleet(51, ['tcp']), west);
    h.cloud.edit(
      (world) => ({ ...world, incomplete: [{ kind: 'attachments', why: 'page 3 is missing' }] }),
      west.scope,
    );

    const { status, json } = await post(h, everything);

    expect([status, json.did]).toEqual([202, 'queued']);
    expect(json.incomplete).toEqual([{ scope: west.scope, isPlanned: false, why: ['attachments: page 3 is missing'] }]);
    expect(new Set(h.take('bulk').map(({ work }) => work.scope.region))).toEqual(new Set(['us-east-1']));
  });

  it('refuses when nothing of it can be read', async () => {
    const { status, json } = await postRefused(denied('us-east-1', 'us-west-2'), everything);

    expect([status, json.type]).toEqual([503, 'urn:tapkeeper:problem:inventory-incomplete']);
    expect(json.incomplete).toEqual([
      '123456789012:us-east-1: listing instances in us-east-1: not allowed',
      '123456789012:us-west-2: listing instances in us-west-2: not allowed',
    ]);
  });

  it('refuses what was named by itself and cannot be read', async () => {
    const itself = { ...everything, account: '123456789012', region: 'us-west-2' };

    expect((await postRefused(denied('us-west-2'), itself)).status).toBe(503);
    expect((await post(denied('us-west-2'), { ...itself, region: 'us-east-1' })).status).toBe(200);
  });

  it.each(['targets', 'filters', 'machines', 'sources'] as const)(
    'goes on without all %s, as far as a plan without them goes',
    async (kind) => {
      const sessions = [ours(1, 'tcp')];
      const world = retagged(fleet(2, [], sessions), (at) => (at === 0 ? ['tcp'] : []));
      const h = harness(CONFIG, { ...world, incomplete: [{ kind, why: 'not allowed' }] });

      const { status, json, plan } = await post(h, everything);

      expect(status).toBe(200);
      expect(json.incomplete).toEqual([{ scope: world.scope, isPlanned: true, why: [`${kind}: not allowed`] }]);
      expect(plan.summary['incomplete']).toBe(1);
      // Not seen is not absent: without these, nothing is taken away.
      const mayDetach = kind === 'targets' || kind === 'filters';
      expect(sessionsOf(h.cloud.world())).toEqual(['0: 100 tmt-tcp', ...(mayDetach ? [] : ['1: 100 tmt-tcp'])]);
    },
  );

  it('does not take a plan that lacks something for the one that was looked at', async () => {
    const world = retagged(fleet(2, [], [ours(1, 'tcp')]), (at) => (at === 0 ? ['tcp'] : []));
    const h = harness(CONFIG, world);
    const { plan } = await post(h, { scope: 'everything', mode: 'plan' });
    h.cloud.edit((now) => ({ ...now, incomplete: [{ kind: 'machines', why: 'page 2 is missing' }] }));

    const reply = await postRefused(h, { ...everything, expects: plan.digest });

    expect(reply.status).toBe(409);
    expect(h.cloud.world().attachments).toEqual(world.attachments);
  });
});

describe('resync, in the time that it has', () => {
  const everything = { scope: 'everything', mode: 'apply' };
  const continued = ({ journal }: Harness): readonly number[] =>
    journal.flatMap((entry) => (entry.kind === 'continued' ? [entry.sources] : []));
  /** Each call takes a second. */
  const slowly = (h: Harness): void => {
    h.cloud.onApply = () => {
      h.nowMs += 1000;
      return null;
    };
  };

  it('queues what there is no time for, answers before it is stopped, and nothing is lost or done twice', async () => {
    const h = harness(CONFIG, fleet(40, ['tcp']));
    slowly(h);

    const { status, json } = await post(h, everything, within(30_000));

    const { length: done } = h.cloud.tried;
    expect(done).toBeGreaterThanOrEqual(10);
    expect(h.nowMs).toBeLessThanOrEqual(NOW_MS + 14_000);
    expect([status, json.did, json.messages, json.outcomes.length]).toEqual([202, 'queued', 1, done]);
    expect(continued(h)).toEqual([40 - done]);
    expect(h.sent).toMatchObject([{ queue: 'bulk', delaySeconds: 0, work: { correlation: 'call-1' } }]);
    await handleWork(h.deps, h.take('bulk'), null);
    expect(h.cloud.world().attachments).toHaveLength(40);
    expect(h.cloud.tried).toHaveLength(40);
  });

  it('lets what is left disrupt what was looked at, and nothing else', async () => {
    const all = fleet(
      400,
      [],
      upTo(400).map((at) => ours(at, 'tcp')),
    );
    const untagged = (count: number) => retagged(all, (at) => (at < count ? [] : ['tcp']));
    const h = harness(CONFIG, untagged(30));
    slowly(h);
    const { plan } = await post(h, { scope: 'everything', mode: 'plan' });

    await post(h, { ...everything, expects: plan.digest }, within(30_000));
    const { length: done } = h.cloud.tried;
    h.cloud.edit(({ attachments }) => ({ ...untagged(60), attachments }));
    const named = [sourceAt(0), ...upTo(60).map(sourceAt)] as const;
    const more = h
      .take('bulk')
      .flatMap(({ id, work }) => (work.kind === 'look' ? [{ id, work: { ...work, subjects: named } }] : []));
    await handleWork(h.deps, more, null);

    expect(done).toBeLessThan(30);
    expect(h.cloud.world().attachments).toHaveLength(370);
  });

  it('leaves a cloud alone that throttles, for a moment', async () => {
    const h = harness(CONFIG, fleet(40, ['tcp']));
    h.cloud.onApply = (change) => ({ kind: 'failed', change, code: 'throttled', detail: 'slow down' });

    const { status } = await post(h, everything);

    expect(status).toBe(202);
    expect(h.cloud.tried.length).toBeLessThanOrEqual(6);
    expect(h.sent).toMatchObject([{ queue: 'bulk', delaySeconds: 5, work: { kind: 'look' } }]);
    expect(h.sent.flatMap(({ work }) => (work.kind === 'look' ? work.subjects : []))).toHaveLength(40);
  });

  it('names what it had no time to read', async () => {
    const west = { ...fleet(1, ['tcp']), scope: toWorld({ region: 'us-west-2' }).scope };
    const h = harness(CONFIG, fleet(1, ['tcp']), west);
    h.cloud.onRead = () => (h.nowMs += 15_000);
    const one = { ...h, deps: { ...h.deps, parallelism: 1 } };

    const { status, json } = await post(one, everything, within(30_000));

    expect(status).toBe(202);
    expect(json.plans.map(({ scope }) => scope.region)).toEqual(['us-east-1']);
    expect(json.incomplete).toMatchObject([{ scope: west.scope, isPlanned: false }]);
    expect(json.incomplete[0]?.why[0]).toContain('no time was left');
    expect(h.cloud.reads).toHaveLength(1);
  });

  it('refuses when it has no time at all, and says what to do', async () => {
    const h = harness(CONFIG, fleet(1, ['tcp']));

    const { status, json } = await postRefused(h, everything, within(20_000));

    expect(status).toBe(503);
    expect(json.detail).toContain('give the function a minute or longer');
    expect(h.cloud.reads).toEqual([]);
  });

  it('is not held up where a process has no end', async () => {
    const h = harness(CONFIG, fleet(50, ['tcp']));
    slowly(h);

    expect((await post(h, everything)).status).toBe(200);
    expect(h.cloud.world().attachments).toHaveLength(50);
  });
});
