import { groupBy } from '../group-by.ts';
import type { Change } from '../plan/change.ts';
import type { Hash, Outcome } from '../ports.ts';
import type { Digest, Machine, NonEmpty, SourceId, World } from '../words.ts';
import { withhold } from './apply/restraint.ts';
import type { SourceResult } from './apply/source.ts';
import { interruptibleIn, unitOf } from './interruptible.ts';
import { markChanges } from './marks.ts';

/** As long as an interruption and the way to it take, about. */
const SECONDS_EACH = 10;

/** What the changes of a scope are handed on by. */
export interface Sharing {
  readonly world: World;
  readonly changes: readonly Change[];
  /** How many turns there are. */
  readonly turns: number;
  /** How long what is handed on may wait: beyond that it would wait in vain. */
  readonly seconds: number;
  /** What earlier sweeps handed on, and is still waiting. */
  readonly handedOn: ReadonlyMap<SourceId, Digest>;
  /** What gives each sweep an order of its own. */
  readonly sweep: string;
  readonly hash: Hash;
}

/** What goes to the queue, and what stays behind. */
export interface Share {
  readonly changes: readonly Change[];
  /** Of the former, the sources on which a machine is interrupted, with a mark of what is to be done there. */
  readonly interrupting: ReadonlyMap<SourceId, Digest>;
  readonly behind: readonly SourceResult[];
}

/** The sources of one running machine. */
interface Candidate {
  readonly machine: Machine;
  readonly bySource: NonEmpty<NonEmpty<Change>>;
}

/**
 * What can be done in so much time, mostly until the next sweep: all that interrupts nobody, and of the rest as much as there are turns for, no more of one
 * unit than it can have. The order is another one in each sweep, by chance and not by name, so that what cannot be done never
 * keeps the same machines waiting.
 */
export function shareOf(sharing: Sharing): Share {
  const { world, changes, turns, seconds, handedOn } = sharing;
  const perTurn = Math.floor(seconds / SECONDS_EACH);
  const interruptible = interruptibleIn(world);
  const beside = changes.filter(({ source }) => !interruptible.has(source));
  if (beside.length === changes.length) return { changes, interrupting: new Map(), behind: [] };
  const room = roomFor(turns, perTurn);
  const chosen: NonEmpty<Change>[] = [];
  const behind: SourceResult[] = [];
  const candidates = shuffled(candidatesIn(sharing, interruptible), sharing);
  const isWaiting = ({ bySource }: Candidate): boolean =>
    bySource.some((some) => handedOn.get(some[0].source) === markChanges(sharing, some));
  for (const one of candidates.filter(isWaiting)) {
    room.take(one);
    behind.push(...one.bySource.map((some) => leaveBehind(some, ITS_TURN)));
  }
  for (const one of candidates.filter((candidate) => !isWaiting(candidate))) {
    if (room.take(one)) chosen.push(...one.bySource);
    else behind.push(...one.bySource.map((some) => leaveBehind(some, NO_ROOM)));
  }
  const interrupting = new Map(chosen.map((some) => [some[0].source, markChanges(sharing, some)] as const));
  return { changes: [...beside, ...chosen.flat()], interrupting, behind };
}

const ITS_TURN =
  'a sweep handed on the same within the last quarter of an hour; unless it is done by then, it is handed on again';
const NO_ROOM = 'as many running machines wait for their turn as get one in time';

function candidatesIn({ changes }: Sharing, interruptible: ReadonlyMap<SourceId, Machine>): readonly Candidate[] {
  const found = [...groupBy(changes, ({ source }) => source)].flatMap(([source, some]) => {
    const machine = interruptible.get(source);
    return machine === undefined ? [] : [{ machine, some }];
  });
  return [...groupBy(found, ({ machine }) => machine.id).values()].map(([first, ...others]) => ({
    machine: first.machine,
    bySource: [first.some, ...others.map(({ some }) => some)],
  }));
}

function shuffled(candidates: readonly Candidate[], { sweep, hash }: Sharing): readonly Candidate[] {
  return candidates
    .map((candidate) => ({ candidate, key: hash(`${sweep} ${candidate.machine.id}`) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ candidate }) => candidate);
}

/** Room for so many sources in each turn, of which a unit has one at a time. */
function roomFor(turns: number, perTurn: number): { take(candidate: Candidate): boolean } {
  const byUnit = new Map<string, number>();
  let left = turns * perTurn;
  return {
    take({ machine, bySource: { length } }) {
      const unit = unitOf(machine);
      const ofUnit = byUnit.get(unit) ?? 0;
      if (length > left || ofUnit + length > perTurn) return false;
      left -= length;
      byUnit.set(unit, ofUnit + length);
      return true;
    },
  };
}

function leaveBehind([first]: NonEmpty<Change>, detail: string): SourceResult {
  const outcomes: readonly Outcome[] = [withhold(first, 'interrupting-enough', detail)];
  return { source: first.source, outcomes, holds: [], backInSeconds: null, mayGoOn: false };
}
