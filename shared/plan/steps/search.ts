import type { Settings } from '../../words.ts';
import { addHarm, isHarmless, isLess, NO_HARM, type Harm } from './harm.ts';

/** One of ours that is to become something else; `null` where it does not exist. */
export interface Mover {
  readonly from: Settings | null;
  readonly to: Settings | null;
}

export interface Move<M extends Mover> {
  readonly mover: M;
  readonly from: Settings | null;
  readonly to: Settings | null;
}

export interface Route<M extends Mover> {
  readonly moves: readonly Move<M>[];
  readonly harm: Harm;
}

/** What the moves of one source go by. */
export interface Ground {
  /** Numbers of sessions that do not move, in ascending order. */
  readonly fixed: readonly number[];
  /** How many of ours may exist at once. */
  readonly room: number;
  readonly numbers: { readonly lowest: number; readonly highest: number } | null;
  /** What a world does in which our movers look like this. */
  readonly harmOf: (settings: readonly (Settings | null)[]) => Harm;
}

type Position = readonly (Settings | null)[];

/**
 * The route that does the least harm among those with so many spare calls: each mover goes to where it is to be in one call,
 * a spare one puts a mover aside on the way. Three sessions at most make this a tree of a few branches, and the first branch
 * without harm ends the search. Among equals the first in the order of the movers is taken, so that equal worlds have equal
 * plans. `null`: no route is legal.
 */
export function findRoute<M extends Mover>(movers: readonly M[], spare: number, ground: Ground): Route<M> | null {
  const known = new Map<string, Route<M> | null>();
  const end: Route<M> = { moves: [], harm: NO_HARM };
  return routeFrom(
    movers.map(({ from }) => from),
    spare,
  );

  function routeFrom(now: Position, left: number): Route<M> | null {
    if (movers.every(({ to }, at) => now[at] === to)) return end;
    const key = `${left} ${now.map((one, at) => toKey(one, movers[at])).join()}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const route = leastFrom(now, left);
    known.set(key, route);
    return route;
  }

  function leastFrom(now: Position, left: number): Route<M> | null {
    let least: Route<M> | null = null;
    for (const { at, to, isSpare } of movesFrom(now, left)) {
      const next = now.with(at, to);
      const mover = movers[at];
      if (mover === undefined || !isLegal(next)) continue;
      const isLast = movers.every((one, index) => next[index] === one.to);
      const harm = isLast ? NO_HARM : ground.harmOf(next);
      if (least !== null && !isLess(harm, least.harm)) continue;
      const rest = routeFrom(next, isSpare ? left - 1 : left);
      if (rest === null) continue;
      const whole = addHarm(harm, rest.harm);
      if (least !== null && !isLess(whole, least.harm)) continue;
      least = { moves: [{ mover, from: now[at] ?? null, to }, ...rest.moves], harm: whole };
      if (isHarmless(whole)) return least;
    }
    return least;
  }

  /** The moves to where a mover is to be come first. */
  function* movesFrom(now: Position, left: number): Generator<{ at: number; to: Settings | null; isSpare: boolean }> {
    for (const [at, { to }] of movers.entries()) if (now[at] !== to) yield { at, to, isSpare: false };
    if (left === 0) return;
    for (const at of movers.keys()) for (const to of besides(movers, at, now, ground)) yield { at, to, isSpare: true };
  }

  function isLegal(position: Position): boolean {
    const existing = position.filter((one) => one !== null);
    const numbers = existing.flatMap(({ number }) => number ?? []);
    return (
      existing.length <= ground.room &&
      new Set(numbers).size === numbers.length &&
      !numbers.some((number) => ground.fixed.includes(number))
    );
  }
}

/** What failed is written again although nothing differs, so that looks alone do not tell whether a mover has arrived. */
function toKey(now: Settings | null, mover: Mover | undefined): string {
  if (now === null) return '-';
  const { target, filter, number, packetLength, virtualNetworkId } = now;
  return `${now === mover?.to ? '>' : ''}${target} ${filter} ${number} ${packetLength} ${virtualNetworkId}`;
}

/**
 * Where one of ours can be put aside: as it is now or as it is to be, but under another number. So a destination gets packets
 * through no filter but its own. What is to go is left as it is until then, for it is nobody's wish.
 */
function besides(movers: readonly Mover[], at: number, now: Position, { fixed, numbers }: Ground): readonly Settings[] {
  const [is, to] = [now[at] ?? null, movers[at]?.to ?? null];
  if (is === null || to === null || is === to || numbers === null) return [];
  const others = movers.flatMap((mover, index) => (index === at ? [] : [mover.from, now[index] ?? null, mover.to]));
  const marks = [...fixed, ...others.flatMap((one) => one?.number ?? [])];
  const free = numbersBeside(to.number ?? numbers.lowest, marks, numbers);
  const renumbered = free.filter((number) => isElsewhere(number, is.number, marks));
  const changed = free.filter((number) => number !== to.number);
  return [...renumbered.map((number) => ({ ...is, number })), ...changed.map((number) => ({ ...to, number }))];
}

/** Whether a session of others, or where one of ours is or will be, lies between two numbers. */
const isElsewhere = (a: number, b: number | null, marks: readonly number[]): boolean =>
  b !== null && marks.some((mark) => mark >= Math.min(a, b) && mark <= Math.max(a, b));

/**
 * One number in each stretch between the numbers that others have or will have, the nearest to the wanted one first: within a
 * stretch all are tried in the same turn.
 */
function numbersBeside(
  wanted: number,
  marks: readonly number[],
  { lowest, highest }: { readonly lowest: number; readonly highest: number },
): readonly number[] {
  const edges = [lowest - 1, ...new Set(marks), highest + 1].sort((a, b) => a - b);
  return edges
    .flatMap((edge, at) => {
      const next = edges[at + 1] ?? edge;
      return next - edge > 1 ? [Math.min(Math.max(wanted, edge + 1), next - 1)] : [];
    })
    .sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted) || b - a);
}
