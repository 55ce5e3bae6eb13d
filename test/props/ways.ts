import type { Settings } from '../../shared/words.ts';
import { takerOf, type Kind } from './packets.ts';

/** A session on one source, with the id of whoever it is of: `null` for ours. */
export interface Session {
  readonly settings: Settings;
  readonly theirs: string | null;
}

/** What stands, what is to stand, and what must be so in between. */
export interface Journey {
  readonly theirs: readonly Session[];
  readonly from: readonly Settings[];
  readonly to: readonly Settings[];
  readonly limit: number;
  readonly kinds: readonly Kind[];
}

const worldOf = ({ theirs }: Journey, ours: readonly (Settings | null)[]): readonly Session[] => [
  ...theirs,
  ...ours.flatMap((settings) => (settings === null ? [] : [{ settings, theirs: null }])),
];

const NOBODY = 'nobody';

/** Whose session mirrors a packet: ours is told by `null`. */
function whoseOf(world: readonly Session[], kind: Kind): string | null {
  const taker = takerOf(world, kind);
  return taker === null ? NOBODY : taker.theirs;
}

/** The first packet that is mirrored before and after and not in a world between, or that others lose there only; in words. */
export function findLoss(journey: Journey, ours: readonly (Settings | null)[]): string | null {
  const [first, last, between] = [worldOf(journey, journey.from), worldOf(journey, journey.to), worldOf(journey, ours)];
  for (const kind of journey.kinds) {
    const [before, after, now] = [whoseOf(first, kind), whoseOf(last, kind), whoseOf(between, kind)];
    const what = `${kind.example}, a reject ${kind.reading.reject}`;
    if (before !== NOBODY && after !== NOBODY && now === NOBODY) return `hidden: ${what}`;
    if (before !== NOBODY && before !== null && now !== before && now !== after) return `taken: ${what}`;
  }
  return null;
}

/** Only what others lose. */
export function findTaken(journey: Journey, ours: readonly (Settings | null)[]): string | null {
  const seen = journey.kinds.filter((kind) => {
    const before = whoseOf(worldOf(journey, journey.from), kind);
    return before !== NOBODY && before !== null;
  });
  const loss = seen.find((kind) => {
    const before = whoseOf(worldOf(journey, journey.from), kind);
    const now = whoseOf(worldOf(journey, ours), kind);
    return now !== before && now !== whoseOf(worldOf(journey, journey.to), kind);
  });
  return loss === undefined ? null : `${loss.example}, a reject ${loss.reading.reject}`;
}

export function isLegal({ theirs, limit }: Journey, ours: readonly (Settings | null)[]): boolean {
  const existing = [...theirs.map(({ settings }) => settings), ...ours.filter((one) => one !== null)];
  return existing.length <= limit && new Set(existing.map(({ number }) => number)).size === existing.length;
}

/** What a way may consist of: so many calls and retargets at most, and just so many removals. */
export interface Means {
  readonly calls: number;
  readonly retargets: number;
  readonly removals: number;
}

type Position = readonly (Settings | null)[];

const isSame = (a: Settings, b: Settings): boolean => isAlike(a, b) && a.number === b.number;

const isAlike = (a: Settings, b: Settings): boolean =>
  a.target === b.target && a.filter === b.filter && a.packetLength === b.packetLength;

/**
 * Whether there is any way without loss, by trying all: each call makes what is to come, removes one of ours, or changes one
 * into anything that looks like something before or after, under any number that could matter.
 */
export function hasWay(journey: Journey, means: Means): boolean {
  const { theirs, from, to } = journey;
  const looks = [...from, ...to].filter((one, at, all) => all.findIndex((other) => isAlike(other, one)) === at);
  const numbers = numbersOf([...theirs.map(({ settings }) => settings), ...from, ...to]);
  const tried = new Map<string, boolean>();
  const losses = new Map<string, boolean>();
  return goOn(from, means);

  function goOn(now: Position, left: Means): boolean {
    const existing = now.filter((one) => one !== null);
    const missing = to.filter((one) => !existing.some((other) => isSame(one, other))).length;
    if (missing === 0 && existing.length === to.length && left.removals === 0) return true;
    if (missing + left.removals > left.calls) return false;
    const key = `${toKey(now)} ${left.calls} ${left.retargets} ${left.removals}`;
    const known = tried.get(key);
    if (known !== undefined) return known;
    const answer = [...movesFrom(now, left)].some(([next, rest]) => isSafe(next) && goOn(next, rest));
    tried.set(key, answer);
    return answer;
  }

  function isSafe(now: Position): boolean {
    const key = toKey(now);
    const answer = losses.get(key) ?? (isLegal(journey, now) && findLoss(journey, now) === null);
    losses.set(key, answer);
    return answer;
  }

  function* movesFrom(now: Position, left: Means): Generator<readonly [Position, Means]> {
    const rest = { ...left, calls: left.calls - 1 };
    for (const [at, is] of now.entries()) {
      if (is === null) continue;
      // What goes is nobody's wish, and is left as it is until then.
      if (left.removals > 0 && is === from[at]) yield [now.with(at, null), { ...rest, removals: left.removals - 1 }];
      for (const look of looks) {
        const isRetarget = look.target !== is.target;
        if (isRetarget && left.retargets === 0) continue;
        const retargets = left.retargets - (isRetarget ? 1 : 0);
        for (const number of numbers) yield [now.with(at, { ...look, number }), { ...rest, retargets }];
      }
    }
    for (const one of to) yield [[...now, one], rest];
  }
}

const toKey = (now: Position): string =>
  now.map((one) => (one === null ? '-' : `${one.target} ${one.filter} ${one.number} ${one.packetLength}`)).join();

/** All that are in use before or after, and of the stretches between them both ends. */
function numbersOf(settings: readonly Settings[]): readonly number[] {
  const used = [...new Set(settings.flatMap(({ number }) => number ?? []))].sort((a, b) => a - b);
  const beside = used.flatMap((number) => [number - 1, number + 1]);
  return [...new Set([...used, ...beside])].filter((number) => number >= 1 && number <= 32_766);
}
