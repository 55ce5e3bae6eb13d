import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, Plan, Run } from '../../shared/plan/change.ts';
import { ALWAYS_OPEN } from '../../shared/plan/interruption.ts';
import { makePlan } from '../../shared/plan/plan.ts';
import { PROFILES } from '../../shared/profile.ts';
import { compileRules } from '../../shared/rules/compile.ts';
import type { Attachment, Cloud, RulesVersion, Settings, World } from '../../shared/words.ts';
import { applyChange } from '../apply-change.ts';
import { kindsOf, sessionsOn, takerOf, type Kind } from './packets.ts';
import { findLoss, hasWay, type Journey } from './ways.ts';
import { cases, OWNER, UNREAD, type Case } from './worlds.ts';

const NOW_MS = Date.parse('2026-11-01T00:00:00Z');
const ENFORCE: Run = { kind: 'enforce', seen: null, lift: [] };
const LIFTED: Run = { kind: 'enforce', seen: null, lift: ['limit', 'all'] };
const MARK = { owner: OWNER, version: 'v1' } as const;

const planOf = ({ world, config }: Case, run: Run): Plan =>
  makePlan({
    world,
    aim: 'wished',
    config,
    ruleSet: compileRules(config),
    rulesVersion: 'rules' as RulesVersion,
    nowMs: NOW_MS,
    run,
    basis: 'scope',
    recent: new Set(),
    opening: ALWAYS_OPEN,
    refusals: [],
    hash: (text) => createHash('sha256').update(text).digest('hex'),
  });

/** Every world on the way, the first and the last included; throws at a step that the cloud would refuse. */
function worldsOf(world: World, changes: readonly Change[]): readonly World[] {
  const worlds = [world];
  for (const change of changes) worlds.push(applyChange(worlds.at(-1) ?? world, change, MARK));
  return worlds;
}

/** The case after its plan was applied. */
const after = (one: Case, run: Run): Case => ({
  ...one,
  world: recounted(worldsOf(one.world, planOf(one, run).changes).at(-1) ?? one.world),
});

const withoutCapacity = (world: World): World => ({
  ...world,
  targets: world.targets.map((target) => ({ ...target, capacity: null })),
});

/** The choice of a pool's member follows the loads, which the plan itself changes. */
const withoutPools = (world: World): World => withMirrorTag(world, (value) => value.replace('pool', 'one'));

const withOneWish = (world: World): World => withMirrorTag(world, (value) => value.split('+')[0] ?? '');

const withoutOurs = (world: World): World => ({ ...world, attachments: theirs(world) });

const withMirrorTag = (world: World, change: (value: string) => string): World => ({
  ...world,
  sources: world.sources.map((source) => ({
    ...source,
    tags: Object.fromEntries(
      Object.entries(source.tags).map(([name, value]) => [name, name === 'mirror' ? change(value) : value]),
    ),
  })),
});

/** What the cloud counts at each target follows what is attached. */
const recounted = (world: World): World => ({
  ...world,
  targets: world.targets.map((target) => ({
    ...target,
    load: world.attachments.filter(({ settings }) => settings.target === target.id).length,
  })),
});

const isOurs = ({ mark }: Attachment): boolean => mark?.owner === OWNER;
const theirs = (world: World): readonly Attachment[] => world.attachments.filter((one) => !isOurs(one));

const CLOUDS: readonly Cloud[] = ['aws', 'azure'];
const RUNS = { numRuns: 1000 };
/** Where packets are looked at one by one. */
const SLOW_RUNS = { numRuns: 300 };

describe.each(CLOUDS)('any plan on %s', (cloud) => {
  const whole = cases(cloud, true);
  const torn = cases(cloud, false);

  it('applies step by step within the limits of the cloud and leaves what others made alone', () => {
    fc.assert(
      fc.property(fc.oneof(whole, torn), fc.constantFrom(ENFORCE, LIFTED), (one, run) => {
        const worlds = worldsOf(one.world, planOf(one, run).changes);
        expect(theirs(worlds.at(-1) ?? one.world)).toEqual(theirs(one.world));
      }),
      RUNS,
    );
  });

  it('is followed by a plan without changes where nothing of ours stood, or one thing is wished', () => {
    const alone = whole.map((one) => ({ ...one, world: withoutPools(withoutCapacity(one.world)) }));
    const settled = fc.oneof(
      alone.map((one) => ({ ...one, world: withoutOurs(one.world) })),
      alone.map((one) => ({ ...one, world: withOneWish(one.world) })),
    );
    fc.assert(
      fc.property(settled, (one) => {
        expect(planOf(after(one, LIFTED), LIFTED).changes).toEqual([]);
      }),
      RUNS,
    );
  });

  it('settles within a few plans, whatever stood and whoever shares what', () => {
    fc.assert(
      fc.property(whole, (one) => {
        let now = one;
        for (let plans = 0; plans < one.world.sources.length; plans++) now = after(now, LIFTED);
        expect(planOf(now, LIFTED).changes).toEqual([]);
      }),
      RUNS,
    );
  });

  it('does not depend on the order in which things were read', () => {
    const shuffled = whole.chain((one) =>
      fc
        .record({
          machines: fc.shuffledSubarray([...one.world.machines], { minLength: one.world.machines.length }),
          sources: fc.shuffledSubarray([...one.world.sources], { minLength: one.world.sources.length }),
          attachments: fc.shuffledSubarray([...one.world.attachments], { minLength: one.world.attachments.length }),
          targets: fc.shuffledSubarray([...one.world.targets], { minLength: one.world.targets.length }),
        })
        .map((parts) => [one, { ...one, world: { ...one.world, ...parts } }] as const),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(planOf(other, ENFORCE)).toEqual(planOf(one, ENFORCE));
      }),
      RUNS,
    );
  });

  it('takes nothing away where something was not read', () => {
    fc.assert(
      fc.property(torn, (one) => {
        const unread = new Set(one.world.incomplete.map(({ kind }) => kind));
        const changes = planOf(one, LIFTED).changes;
        if (unread.has('attachments')) expect(changes).toEqual([]);
        if (unread.has('machines') || unread.has('sources')) {
          expect(changes.filter(({ kind }) => kind === 'detach')).toEqual([]);
        }
      }),
      RUNS,
    );
  });

  it('takes nothing from running machines when the guard trips', () => {
    fc.assert(
      fc.property(whole, (one) => {
        const strict = { ...one, config: { ...one.config, guard: { count: 0, percent: 0 } } };
        const plan = planOf(strict, ENFORCE);
        const running = new Set(
          one.world.machines.filter(({ state }) => state === 'running').map(({ id }) => id as string),
        );
        const disruptions = plan.changes.filter(({ kind }) => kind === 'detach' || kind === 'retarget');
        const attachedSources = new Set(
          one.world.sources.filter(({ state }) => state === 'attached').map(({ id }) => id),
        );
        expect(
          disruptions.filter(
            ({ machine, source }) => machine !== null && running.has(machine) && attachedSources.has(source),
          ),
        ).toEqual([]);
      }),
      RUNS,
    );
  });

  it('never lets a packet that others see go to us', () => {
    fc.assert(
      fc.property(whole, (one) => {
        const config = {
          ...one.config,
          destinations: one.config.destinations.map((destination) =>
            destination.cloud === 'aws' ? { ...destination, mayPreempt: false } : destination,
          ),
        };
        const worlds = worldsOf(one.world, planOf({ ...one, config }, LIFTED).changes);
        if (worlds.length === 1) return;
        const kinds = kindsIn(one.world);
        for (const their of theirs(one.world)) {
          for (const kind of kinds) {
            if (!sees(one.world, their, kind)) continue;
            for (const world of worlds)
              expect(sees(world, their, kind), `${their.id} loses ${kind.example}`).toBe(true);
          }
        }
      }),
      SLOW_RUNS,
    );
  });

  it('never hides on the way what is mirrored before and after, unless nothing else is possible', () => {
    fc.assert(
      fc.property(whole, (one) => {
        const { changes } = planOf(one, LIFTED);
        for (const { id } of one.world.sources) {
          const here = changes.filter(({ source }) => source === id);
          // With one change there is no way to go wrong.
          if (here.length < 2) continue;
          const worlds = worldsOf(one.world, here);
          const journey = journeyOf(id, worlds);
          const loss = worlds.map((world) => findLoss(journey, oursOn(world, id))).find((found) => found !== null);
          if (loss === undefined) continue;
          const removals = here.filter(({ kind }) => kind === 'detach').length;
          expect(hasWay(journey, { calls: here.length, retargets: here.length, removals }), loss).toBe(false);
        }
      }),
      SLOW_RUNS,
    );
  });
});

/** Each packet is looked at by itself, and a filter that nobody could read may say anything of it. */
const kindsIn = (world: World): readonly Kind[] => kindsOf(world.filters, [UNREAD]);

const sees = (world: World, their: Attachment, kind: Kind): boolean =>
  takerOf(sessionsOn(world, their.source), kind)?.id === their.id;

const oursOn = (world: World, source: string): readonly Settings[] =>
  sessionsOn(world, source)
    .filter(isOurs)
    .map(({ settings }) => settings);

function journeyOf(source: string, worlds: readonly World[]): Journey {
  const [first, last] = [worlds[0], worlds.at(-1)];
  if (first === undefined || last === undefined) throw new Error('a plan begins and ends in a world');
  return {
    theirs: sessionsOn(theirsIn(first), source).map(({ id, settings }) => ({ settings, theirs: id })),
    from: oursOn(first, source),
    to: oursOn(last, source),
    limit: PROFILES[first.scope.cloud].attachmentsPerSource,
    kinds: kindsIn(first),
  };
}

const theirsIn = (world: World): World => ({ ...world, attachments: theirs(world) });
