import { describe, expect, it } from 'vitest';
import { Fault } from '../../../shared/fault.ts';
import type { Config } from '../../../shared/config/config.ts';
import { handleWork } from '../../../shared/reconcile/handle-work.ts';
import { rememberRequests } from '../../../shared/reconcile/sweep-requests.ts';
import { sweep } from '../../../shared/reconcile/sweep.ts';
import type { Scope } from '../../../shared/words.ts';
import { toWorld } from '../../world.ts';
import { CONFIG, fleet, machineAt, sessionsOf } from './fleets.ts';
import { type Harness, harness, look, NOW_MS } from './harness.ts';

/** The same rules by which the sensor takes another number. */
const NEW: Config = {
  ...CONFIG,
  destinations: CONFIG.destinations.map((one) => (one.cloud === 'aws' ? { ...one, sessionNumber: 7 as never } : one)),
};
const EAST = fleet(2, ['tcp']);
const WEST = toWorld({ region: 'us-west-2' });

const deployment = (): Harness => harness(CONFIG, EAST, WEST);
/** Another warm process of the same deployment. */
const processOf = (h: Harness): Harness['deps'] => ({ ...h.deps, requests: rememberRequests() });
const event = (deps: Harness['deps'], at: number) =>
  handleWork(deps, [{ id: `m-${at}`, work: look(EAST, [machineAt(at)]) }], null);
const regionsAsked = (h: Harness): readonly (string | null)[] =>
  h.sent.flatMap(({ queue, work }) => (queue === 'bulk' && work.kind === 'sweep' ? [work.scope.region] : []));
const sweeps = (h: Harness): readonly Scope[] =>
  h.cloud.reads.flatMap(({ scope, selection }) => (selection.kind === 'everything' ? [scope] : []));

describe('rules that change under a process', () => {
  it('asks for one sweep of every scope, later than any process goes by the old ones', async () => {
    const h = deployment();
    await event(h.deps, 0);
    expect(regionsAsked(h)).toEqual([]);

    h.config = NEW;
    h.nowMs += 60_000;
    await event(h.deps, 1);
    await event(h.deps, 1);

    expect(regionsAsked(h)).toEqual(['us-east-1', 'us-west-2']);
    expect(h.sent.map(({ delaySeconds }) => delaySeconds)).toEqual([6, 6]);
  });

  it('makes what no event named be as they say', async () => {
    const h = deployment();
    await event(h.deps, 0);
    await event(h.deps, 1);
    h.config = NEW;
    await event(h.deps, 1);
    expect(sessionsOf(h.cloud.world())).toEqual(['0: 100 tmt-tcp', '1: 7 tmt-tcp']);

    await handleWork(h.deps, h.take('bulk'), null);
    await handleWork(h.deps, h.take('bulk'), null);

    expect(sessionsOf(h.cloud.world())).toEqual(['0: 7 tmt-tcp', '1: 7 tmt-tcp']);
  });

  it('has a scope swept once by a process, however many processes found the new rules', async () => {
    const h = deployment();
    const processes = [1, 2, 3, 4, 5].map(() => processOf(h));
    for (const deps of processes) await event(deps, 0);
    h.config = NEW;
    for (const deps of processes) {
      h.nowMs += 1000;
      await event(deps, 0);
    }
    expect(regionsAsked(h)).toHaveLength(10);

    const reader = processOf(h);
    h.nowMs += 6000;
    for (const item of h.take('bulk')) await handleWork(reader, [item], null);

    expect(sweeps(h).map(({ region }) => region)).toEqual(['us-east-1', 'us-west-2']);
  });

  it('sweeps again for a process that went by the old ones after that sweep', async () => {
    const h = deployment();
    const [early, late, reader] = [processOf(h), processOf(h), processOf(h)];
    for (const deps of [early, late]) await event(deps, 0);
    h.config = NEW;
    await event(early, 0);
    await handleWork(reader, h.take('bulk'), null);
    expect(sweeps(h)).toHaveLength(2);

    h.nowMs += 1000;
    h.config = CONFIG;
    await event(late, 0);
    h.config = NEW;
    h.nowMs += 1000;
    await event(late, 0);
    await handleWork(reader, h.take('bulk'), null);

    expect(sweeps(h)).toHaveLength(4);
  });

  it('does not ask when it learns of them by being asked', async () => {
    const h = deployment();
    const [asker, reader] = [processOf(h), processOf(h)];
    for (const deps of [asker, reader]) await event(deps, 0);
    h.config = NEW;
    await event(asker, 0);

    await handleWork(reader, h.take('bulk').slice(0, 1), null);

    expect(regionsAsked(h)).toEqual([]);
  });

  it('does not ask for what it has swept by them', async () => {
    const h = harness(CONFIG, EAST);
    await event(h.deps, 0);
    h.config = NEW;
    await sweep(h.deps);

    await handleWork(h.deps, h.take('bulk'), null);

    expect(regionsAsked(h)).toEqual([]);
    expect(sweeps(h)).toHaveLength(1);
  });

  it('asks again after the queue refused, and handles the event all the same', async () => {
    const h = deployment();
    await event(h.deps, 0);
    h.config = NEW;
    h.onSend = () => {
      throw new Fault('unreachable', 'the queue is not there');
    };
    expect(await event(h.deps, 0)).toEqual({ failed: [] });
    expect(h.journal.filter(({ kind }) => kind === 'fault')).toMatchObject([{ code: 'unreachable' }]);
    expect(sessionsOf(h.cloud.world())).toEqual(['0: 7 tmt-tcp']);

    h.onSend = () => {};
    await event(h.deps, 0);

    expect(regionsAsked(h)).toEqual(['us-east-1', 'us-west-2']);
  });

  it('asks for nothing while paused, and for all when that is over', async () => {
    const h = deployment();
    await event(h.deps, 0);
    h.config = NEW;
    h.mode = 'paused';
    await event(h.deps, 0);
    expect(h.sent).toEqual([]);

    h.mode = 'observe';
    await event(h.deps, 0);

    expect(regionsAsked(h)).toEqual(['us-east-1', 'us-west-2']);
  });

  it('asks for nothing for rules that are invalid, and for nothing when the same ones are back', async () => {
    const h = deployment();
    await event(h.deps, 0);
    h.onLoad = () => {
      throw new Fault('config-invalid', 'no rules');
    };
    expect(await event(h.deps, 0)).toEqual({ failed: ['m-0'] });
    h.onLoad = () => {};
    await event(h.deps, 0);
    expect(h.sent).toEqual([]);
    expect(h.journal.filter(({ kind }) => kind === 'fault')).toHaveLength(1);
  });

  it('leaves it to the watcher of a file', async () => {
    const h = deployment();
    const deps = { ...h.deps, rules: { ...h.deps.rules, followedBy: 'watcher' as const } };
    await event(deps, 0);
    h.config = NEW;
    h.nowMs = NOW_MS + 1;
    await event(deps, 0);
    expect(h.sent).toEqual([]);
  });
});
