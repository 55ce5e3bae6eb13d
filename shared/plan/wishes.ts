import type { Config, Destination, Pool } from '../config/config.ts';
import { PROFILES } from '../profile.ts';
import type { Ask, Evaluation } from '../rules/evaluation.ts';
import type { NonEmpty, RuleName, Settings, Source, Target, TargetId } from '../words.ts';
import type { Offer, Withheld } from './offers.ts';
import { isCountedAt, type Standing } from './world-index.ts';

/** What the rules want on one source: one attachment to one destination. */
export interface Wish {
  readonly destination: Destination;
  readonly rules: NonEmpty<RuleName>;
  /** What the attachment looks like; `null` when the destination's target is not known here. */
  readonly to: Settings | null;
  readonly target: Target | null;
  /** What the destination says against attaching or retargeting to it. */
  readonly hold: Withheld | null;
}

/** Counts sources per target while a plan is made, so that a pool fills evenly and nothing is overfilled. */
export interface Loads {
  of(target: Target): number;
  isFull(target: Target): boolean;
  take(target: Target): void;
}

export function countLoads(): Loads {
  const taken = new Map<TargetId, number>();
  const of = (target: Target): number => target.load + (taken.get(target.id) ?? 0);
  return {
    of,
    isFull: (target) => target.capacity !== null && of(target) >= target.capacity,
    take: (target) => void taken.set(target.id, (taken.get(target.id) ?? 0) + 1),
  };
}

/** How the destinations of a configuration meet one source: one offer for each target that may be meant. */
export interface Offers {
  (destination: Destination): NonEmpty<Offer>;
}

/** What choosing among destinations goes by, on one source. */
export interface Choosing {
  readonly config: Config;
  readonly source: Source;
  readonly standing: Standing;
  readonly offers: Offers;
  readonly loads: Loads;
}

/**
 * The wishes of one source in the order in which they get their numbers and their room: by session number, then by rule,
 * then by the order of the names in the rule or tag.
 */
export function wishesOf({ asks }: Evaluation, choosing: Choosing): readonly Wish[] {
  const { config, offers } = choosing;
  const byName = asks.map((ask) => config.destinations.find(({ name }) => name === ask.name));
  const named = byName.flatMap((destination) =>
    destination === undefined ? [] : [choose(offers(destination), [], choosing)],
  );
  const wishes = asks.map((ask) => {
    const pool = config.pools.find(({ name }) => name === ask.name);
    const offer = pool === undefined ? named.find(isFor(ask.name)) : chooseMember(pool, named, choosing);
    return offer === undefined ? [] : [toWish(offer, ask)];
  });
  // `sort` is stable: wishes for one number stay in the order of the rules.
  return wishes.flat().sort((a, b) => numberOf(a) - numberOf(b));
}

const isFor =
  (name: Ask['name']) =>
  ({ destination }: Offer): boolean =>
    destination.name === name;

const toWish = ({ destination, to, target, hold }: Offer, { rules }: Ask): Wish => ({
  destination,
  rules,
  to,
  target,
  hold,
});

/** The number that a wish is for; on Azure, which has none, all are for the same. */
export const numberOf = ({ destination }: Wish): number =>
  destination.cloud === 'aws' ? destination.sessionNumber : 0;

/** Exactly one member: one that is asked for by its own name anyway; else the one to choose. */
function chooseMember(pool: Pool, named: readonly Offer[], choosing: Choosing): Offer | undefined {
  const { config, offers } = choosing;
  const members = pool.members
    .flatMap((name) => config.destinations.filter((one) => one.name === name))
    .flatMap(offers);
  const asked = members.find(({ to, hold }) => hold === null && named.some((other) => isSame(other.to, to)));
  const [first, ...rest] = members;
  return asked ?? (first === undefined ? undefined : choose([first, ...rest], named, choosing));
}

/**
 * One of several offers, of a pool's members or of the targets in front of one load balancer: the one attached now if it still
 * serves, else the best that does (zone, then load, then their order). Nothing is moved merely to balance.
 */
function choose(candidates: NonEmpty<Offer>, named: readonly Offer[], choosing: Choosing): Offer {
  const [only, ...others] = candidates;
  if (others.length === 0) return only;
  const { source, standing, loads } = choosing;
  const attached = [...candidates.filter(isAttached), ...candidates.filter(isPointedAt)];
  const serving = attached.find(({ hold }) => hold === null) ?? attached.find(staysWherePossible);
  if (serving !== undefined) return serving;
  const free = candidates.filter(({ hold, target }) => hold === null && target !== null && takesOneMore(target));
  // None serves: the one attached now, so that it is kept; else the one that is next to serving.
  const leastBad = [
    attached[0],
    candidates.find(({ hold }) => hold === null),
    candidates.find(({ hold }) => hold?.code !== 'out-of-reach'),
  ];
  return free.sort(byPreference(source, loads))[0] ?? leastBad.find((offer) => offer !== undefined) ?? only;

  /**
   * Where a move interrupts, what works is not moved because its target is being changed: a VTAP is `Updating` for a moment, and
   * `Failed` says of its last change that it failed, not that nothing arrives.
   */
  function staysWherePossible({ to, hold }: Offer): boolean {
    return (
      PROFILES[source.cloud].interrupts &&
      hold?.code === 'destination-unhealthy' &&
      standing.ours.some(({ settings, state }) => state === 'ready' && isSame(settings, to))
    );
  }

  function isAttached({ to }: Offer): boolean {
    return standing.ours.some(({ settings }) => isSame(settings, to));
  }

  /** The same target through another filter, unless that is plainly what is asked for by another name. */
  function isPointedAt({ to }: Offer): boolean {
    return (
      to !== null &&
      standing.ours.some(({ settings }) => settings.target === to.target) &&
      !named.some((other) => other.to?.target === to.target)
    );
  }

  function takesOneMore(target: Target): boolean {
    return isCountedAt(standing, target.id) || !loads.isFull(target);
  }
}

const byPreference =
  (source: Source, loads: Loads) =>
  (a: Offer, b: Offer): number => {
    if (a.target === null || b.target === null) return 0;
    const isNear = ({ zone }: Target): number => (zone !== null && zone === source.zone ? 0 : 1);
    return isNear(a.target) - isNear(b.target) || loads.of(a.target) - loads.of(b.target);
  };

/** Two wishes for the same target through the same filter are one; the later one's rules join the earlier one's. */
export function withoutDuplicates(wishes: readonly Wish[]): readonly Wish[] {
  const kept: Wish[] = [];
  for (const wish of wishes) {
    const at = kept.findIndex((other) => isSame(other.to, wish.to));
    const earlier = kept[at];
    if (earlier === undefined) kept.push(wish);
    else kept[at] = { ...earlier, rules: mergeRules(earlier.rules, wish.rules) };
  }
  return kept;
}

const isSame = (a: Settings | null, b: Settings | null): boolean =>
  a !== null && b !== null && a.target === b.target && a.filter === b.filter;

function mergeRules(a: NonEmpty<RuleName>, b: NonEmpty<RuleName>): NonEmpty<RuleName> {
  const [first, ...rest] = a;
  return [first, ...rest, ...b.filter((rule) => !a.includes(rule))];
}
