import type { Config, Destination } from '../config/config.ts';
import type { Hash, Refusal } from '../ports.ts';
import type { RuleSet } from '../rules/evaluate.ts';
import type { Digest, Machine, NonEmpty, RulesVersion, Source, SourceId, World } from '../words.ts';
import { compare } from './canonical.ts';
import type { Aim, Hold, Plan, Run, TripName, Verdict } from './change.ts';
import { digestOf, disruptionsIn, judgeDisruptions, markOf } from './guard.ts';
import { findInterruptions, isInterruptible, type Opening } from './interruption.ts';
import { offersOf, type Offer } from './offers.ts';
import { currentRefusals } from './refusals.ts';
import type { Guard } from './restraints.ts';
import { isRunning } from './running.ts';
import { planSource, type SourcePlan } from './source-plan.ts';
import { countLoads, type Offers } from './wishes.ts';
import { indexWorld, type WorldIndex } from './world-index.ts';

export interface PlanInput {
  readonly world: World;
  readonly aim: Aim;
  readonly config: Config;
  /** Compiled from `config`. */
  readonly ruleSet: RuleSet;
  readonly rulesVersion: RulesVersion;
  readonly nowMs: number;
  readonly run: Run;
  /** `scope`: the world is all of a scope; `batch`: it is what some events or a person named. */
  readonly basis: 'scope' | 'batch';
  /** Disruptions of running machines that went before on the same basis in this scope, a moment ago. */
  readonly recent: ReadonlySet<Digest>;
  /** Whether running machines may be interrupted now. */
  readonly opening: Opening;
  /** Machines on which the cloud refused to attach, and until when nobody asks again. */
  readonly refusals: readonly Refusal[];
  readonly hash: Hash;
}

/**
 * What to do about a world: a pure function of what exists, what is wished for, and now.
 *
 * The guard is asked before anything is withheld on its account. When it trips, everything is planned again with ours on
 * running machines held in place, for striking changes out of a finished plan would give their slots away twice.
 */
export function makePlan(input: PlanInput): Plan {
  const index = indexWorld(input.world, input.config);
  const proposed = planSources(input, index, null);
  const { verdict, guard } = askGuard(input, index, proposed);
  const parts = guard === null ? proposed : planSources(input, index, guard);
  const changes = parts.flatMap((part) => part.changes);
  return {
    scope: input.world.scope,
    selection: input.world.selection,
    rulesVersion: input.rulesVersion,
    changes,
    holds: [...parts.flatMap(({ holds }) => holds), ...strays(index)],
    keeps: parts.flatMap(({ keeps }) => keeps),
    notes: parts.flatMap(({ notes }) => notes),
    interruptions: findInterruptions(changes, sourcesWhere(index, isInterruptible)),
    incomplete: input.world.incomplete.map(({ kind, why }) => `${kind}: ${why}`),
    guard: verdict,
  };
}

/** Source by source in id order, so that the order of the input does not matter. */
function planSources(input: PlanInput, index: WorldIndex, guard: Guard | null): readonly SourcePlan[] {
  const { aim, config, ruleSet, nowMs, world } = input;
  const context = {
    aim,
    config,
    ruleSet,
    index,
    nowMs,
    guard,
    opening: input.opening,
    refusals: currentRefusals(input.refusals, nowMs),
    loads: countLoads(),
    offers: offersIn(index),
  };
  return [...world.sources].sort((a, b) => compare(a.id, b.id)).map((source) => planSource(source, context));
}

/** What a destination offers is the same for all sources of one cloud, account and region. */
function offersIn(index: WorldIndex): (source: Source) => Offers {
  const known = new Map<string, Map<Destination, NonEmpty<Offer>>>();
  return (source) => {
    const place = `${source.cloud} ${source.account} ${source.region}`;
    const offers = known.get(place) ?? new Map<Destination, NonEmpty<Offer>>();
    known.set(place, offers);
    return (destination) => {
      const some = offers.get(destination) ?? offersOf(destination, source, index);
      offers.set(destination, some);
      return some;
    };
  };
}

const sourcesWhere = (
  { world, machines }: WorldIndex,
  isSo: (source: Source, machine: Machine | null) => boolean,
): ReadonlySet<SourceId> =>
  new Set(
    world.sources
      .filter((source) => isSo(source, source.machine === null ? null : (machines.get(source.machine) ?? null)))
      .map(({ id }) => id),
  );

function askGuard(
  { config, rulesVersion, run, basis, recent, hash }: PlanInput,
  index: WorldIndex,
  parts: readonly SourcePlan[],
): { readonly verdict: Verdict; readonly guard: Guard | null } {
  const running = sourcesWhere(index, isRunning);
  const disruptions = disruptionsIn(parts.flatMap(({ changes }) => changes));
  const ours = [...running].reduce((count, id) => count + (index.standing.get(id)?.ours.length ?? 0), 0);
  const { trips, on } = judgeDisruptions(
    disruptions.filter(({ source }) => running.has(source)),
    { basis, recent, ours, limits: config.guard, mark: (disruption) => markOf(disruption, rulesVersion, hash) },
    run,
  );
  const lifts: readonly TripName[] = run.kind === 'enforce' ? run.lift : [];
  const held = trips.filter(({ name }) => !lifts.includes(name));
  const withheld = { code: 'guard' as const, detail: held.map(({ detail }) => detail).join('; ') };
  return {
    verdict: {
      disruptions: disruptions.filter(({ source }) => running.has(source)).length,
      trips: held,
      lifted: trips.map(({ name }) => name).filter((name) => lifts.includes(name)),
      digest: digestOf(disruptions, rulesVersion, hash),
    },
    guard: held.length === 0 ? null : (source) => (on === 'everywhere' || on.has(source) ? withheld : null),
  };
}

/**
 * Ours on interfaces that are not in the list. The cloud deletes an interface's attachments with it, so what is left over was
 * read at another moment than the interfaces were: not seen is not absent.
 */
function strays({ world, standing }: WorldIndex): readonly Hold[] {
  if (world.selection.kind !== 'everything') return [];
  const seen = new Set(world.sources.map(({ id }) => id));
  return [...standing]
    .filter(([source]) => !seen.has(source))
    .flatMap(([source, { ours }]) =>
      ours.map(({ id }): Hold => ({
        source,
        machine: null,
        code: 'inventory-incomplete',
        destination: null,
        rules: [],
        keeps: id,
        blockedBy: [],
        detail: 'its interface is not in the list',
      })),
    )
    .sort((a, b) => compare(a.keeps ?? '', b.keeps ?? ''));
}
