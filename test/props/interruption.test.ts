import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toInstant } from '../../shared/ids.ts';
import type { Change, Plan, Run } from '../../shared/plan/change.ts';
import { ALWAYS_OPEN, isInterruptible, type Opening } from '../../shared/plan/interruption.ts';
import { makePlan } from '../../shared/plan/plan.ts';
import type { Refusal } from '../../shared/ports.ts';
import { compileRules } from '../../shared/rules/compile.ts';
import type { MachineId, RulesVersion, SourceId, World } from '../../shared/words.ts';
import { applyChange } from '../apply-change.ts';
import { cases, OWNER, type Case } from './worlds.ts';

const NOW_MS = Date.parse('2026-11-01T00:00:00Z');
const LIFTED: Run = { kind: 'enforce', seen: null, lift: ['limit', 'all'] };
const CLOSED: Opening = { kind: 'closed', opensAtMs: NOW_MS + 3_600_000 };
const RUNS = { numRuns: 1000 };

/** What keeps machines from being interrupted. */
interface Given {
  readonly opening: Opening;
  readonly refusals: readonly Refusal[];
}

const FREELY: Given = { opening: ALWAYS_OPEN, refusals: [] };

const planOf = ({ world, config }: Case, { opening, refusals }: Given): Plan =>
  makePlan({
    world,
    aim: 'wished',
    config,
    ruleSet: compileRules(config),
    rulesVersion: 'rules' as RulesVersion,
    nowMs: NOW_MS,
    run: LIFTED,
    basis: 'scope',
    recent: new Set(),
    opening,
    refusals,
    hash: (text) => createHash('sha256').update(text).digest('hex'),
  });

const opening: fc.Arbitrary<Opening> = fc.constantFrom<Opening>(
  ALWAYS_OPEN,
  { kind: 'open', endsAtMs: NOW_MS + 61_000 },
  CLOSED,
  { kind: 'closed', opensAtMs: null },
);

/** Of some machines, over or not. */
const refusals = ({ world }: Case): fc.Arbitrary<readonly Refusal[]> =>
  fc
    .array(
      fc.record({
        machine: fc.constantFrom(...world.machines.map(({ id }) => id), 'gone' as MachineId),
        target: fc.constantFrom(null, ...world.targets.map(({ id }) => id)),
        code: fc.constantFrom('needs-restart', 'operation-failed'),
        hours: fc.constantFrom(-1, 0, 1, 24),
      }),
      { maxLength: 4 },
    )
    .map((some) =>
      some.map(({ hours, ...rest }) => ({
        ...rest,
        detail: 'the cloud said no',
        at: toInstant(NOW_MS - 1),
        until: toInstant(NOW_MS + hours * 3_600_000),
      })),
    );

const restrained = (one: Case): fc.Arbitrary<readonly [Case, Given]> =>
  fc.record({ opening, refusals: refusals(one) }).map((given) => [one, given] as const);

/** The choice among a pool's members, and who gets the last room, follow what others got; each source is by itself here. */
const alone = (cloud: 'aws' | 'azure'): fc.Arbitrary<Case> =>
  cases(cloud, true).map(({ config, world }) => ({
    config: { ...config, guard: { count: 100, percent: 100 } },
    world: {
      ...world,
      targets: world.targets.map((target) => ({ ...target, capacity: null })),
      sources: world.sources.map((source) => ({
        ...source,
        tags: Object.fromEntries(
          Object.entries(source.tags).map(([name, value]) => [name, value.replace('pool', 'one')]),
        ),
      })),
    },
  }));

/** The sources whose machine a change interrupts. */
const interruptible = ({ sources, machines }: World): ReadonlySet<SourceId> =>
  new Set(
    sources
      .filter((source) => isInterruptible(source, machines.find(({ id }) => id === source.machine) ?? null))
      .map(({ id }) => id),
  );

/** Whether the like was refused on the machine, as of now. */
const isRefused =
  ({ refusals: some }: Given) =>
  (change: Change): boolean =>
    some.some(({ machine, target, code, until }) => {
      if (machine !== change.machine || Date.parse(until) <= NOW_MS) return false;
      if (change.kind === 'detach' || target === null) return change.kind === 'detach' && target === null;
      return code === 'needs-restart' || target === change.to.target;
    });

const on = (changes: readonly Change[], sources: ReadonlySet<SourceId>): readonly Change[] =>
  changes.filter(({ source }) => sources.has(source));

describe('on Azure, whatever the windows and the refusals are', () => {
  const some = alone('azure').chain(restrained);
  const torn = fc.oneof(cases('azure', true), cases('azure', false)).chain(restrained);

  it('nothing is changed on a machine that runs outside a window', () => {
    fc.assert(
      fc.property(torn, ([one, given]) => {
        const plan = planOf(one, { ...given, opening: CLOSED });
        expect(on(plan.changes, interruptible(one.world))).toEqual([]);
        expect(plan.interruptions).toEqual([]);
      }),
      RUNS,
    );
  });

  it('what interrupts nobody is planned as if there were neither', () => {
    fc.assert(
      fc.property(some, ([one, given]) => {
        const felt = interruptible(one.world);
        const free = planOf(one, FREELY).changes.filter(({ source }) => !felt.has(source));
        expect(planOf(one, given).changes.filter(({ source }) => !felt.has(source))).toEqual(free);
      }),
      RUNS,
    );
  });

  it('nothing is planned that would not be planned without them, and each change that is not is held', () => {
    fc.assert(
      fc.property(some, ([one, given]) => {
        const free = planOf(one, FREELY);
        const plan = planOf(one, given);
        const isWithheld = (change: Change): boolean =>
          plan.holds.some(
            ({ source, code, detail }) =>
              source === change.source &&
              ['outside-window', 'needs-restart', 'operation-failed'].includes(code) &&
              detail !== '',
          );
        expect(plan.changes.filter((change) => !free.changes.some((other) => isSame(change, other)))).toEqual([]);
        expect(
          free.changes.filter((change) => !plan.changes.some((other) => isSame(change, other)) && !isWithheld(change)),
        ).toEqual([]);
      }),
      RUNS,
    );
  });

  it('a machine that was refused and runs is not tried with the like, and loses what nobody wishes', () => {
    fc.assert(
      fc.property(some, ([one, given]) => {
        const open = { ...given, opening: ALWAYS_OPEN };
        const felt = interruptible(one.world);
        const here = ({ source }: Change): boolean => felt.has(source);
        const planned = planOf(one, open).changes.filter(here);
        expect(planned.filter(isRefused(open))).toEqual([]);
        const detaches = (changes: readonly Change[]) => changes.filter(({ kind }) => kind === 'detach');
        const unwished = planOf(one, FREELY).changes.filter((change) => here(change) && !isRefused(open)(change));
        expect(detaches(planned)).toEqual(detaches(unwished));
      }),
      RUNS,
    );
  });

  it('what is right stays counted as mirrored', () => {
    fc.assert(
      fc.property(some, ([one, given]) => {
        expect(planOf(one, given).keeps).toEqual(expect.arrayContaining([...planOf(one, FREELY).keeps]));
      }),
      RUNS,
    );
  });

  it('interruptions are counted once for each change on a machine that runs', () => {
    fc.assert(
      fc.property(torn, ([one, given]) => {
        const { changes, interruptions } = planOf(one, given);
        const felt = on(changes, interruptible(one.world));
        expect(interruptions.reduce((sum, { times }) => sum + times, 0)).toBe(felt.length);
        for (const { machine, sources, times } of interruptions) {
          const its = felt.filter((change) => change.machine === machine);
          expect(its).toHaveLength(times);
          expect([...new Set(its.map(({ source }) => source))].sort()).toEqual(sources);
        }
        expect(interruptions.map(({ machine }) => machine)).toEqual(
          interruptions.map(({ machine }) => machine).toSorted(),
        );
      }),
      RUNS,
    );
  });

  it('a second plan finds nothing to do under the same windows and refusals', () => {
    fc.assert(
      fc.property(some, ([one, given]) => {
        let now = one;
        for (let plans = 0; plans < one.world.sources.length; plans++) now = after(now, given);
        expect(planOf(now, given).changes).toEqual([]);
      }),
      RUNS,
    );
  });

  it('converges on what would have come about without them, once they are over', () => {
    fc.assert(
      fc.property(some, ([one, given]) => {
        const detour = settled(settled(one, given), FREELY);
        const direct = settled(one, FREELY);
        expect(detour.world.attachments.map(toPlace).sort()).toEqual(direct.world.attachments.map(toPlace).sort());
      }),
      RUNS,
    );
  });
});

it('on AWS windows and refusals change nothing, and nobody is interrupted', () => {
  fc.assert(
    fc.property(fc.oneof(cases('aws', true), cases('aws', false)).chain(restrained), ([one, given]) => {
      const plan = planOf(one, given);
      expect(plan).toEqual(planOf(one, FREELY));
      expect(plan.interruptions).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

const isSame = (a: Change, b: Change): boolean => JSON.stringify(a) === JSON.stringify(b);

const toPlace = ({ source, settings, mark }: World['attachments'][number]): string =>
  `${source} ${settings.target} ${mark?.owner ?? ''}`;

function after(one: Case, given: Given): Case {
  const mark = { owner: OWNER, version: 'v1' } as const;
  const world = planOf(one, given).changes.reduce((now, change) => applyChange(now, change, mark), one.world);
  return { ...one, world };
}

function settled(one: Case, given: Given): Case {
  let now = one;
  for (let plans = 0; plans < one.world.sources.length; plans++) now = after(now, given);
  return now;
}
