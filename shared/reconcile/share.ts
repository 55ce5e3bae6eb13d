import { groupBy } from '../group-by.ts';
import type { Change } from '../plan/change.ts';
import type { Hash, Outcome } from '../ports.ts';
import type { Machine, NonEmpty, SourceId, World } from '../words.ts';
import { withhold } from './apply/restraint.ts';
import type { SourceResult } from './apply/source.ts';
import { interruptibleIn, unitOf } from './interruptible.ts';

/**
 * Interruptions that one turn sees through until the next sweep: ten seconds each, a sweep every quarter of an hour. What is handed
 * on beyond that would wait in vain, and be handed on once more by the next sweep.
 */
const PER_TURN = 90;

/** What the changes of a scope are handed on by. */
export interface Sharing {
  readonly world: World;
  readonly changes: readonly Change[];
  readonly inFlight: number;
  /** What earlier sweeps handed on, and is still waiting. */
  readonly handedOn: ReadonlySet<SourceId>;
  /** What gives each sweep an order of its own. */
  readonly sweep: string;
  readonly hash: Hash;
}

/** What goes to the queue, and what stays behind. */
export interface Share {
  readonly changes: readonly Change[];
  /** Of the former, the sources on which a machine is interrupted. */
  readonly interrupting: readonly SourceId[];
  readonly behind: readonly SourceResult[];
}

/** The sources of one running machine. */
interface Candidate {
  readonly machine: Machine;
  readonly bySource: NonEmpty<NonEmpty<Change>>;
}

/**
 * What can be done until the next sweep: all that interrupts nobody, and of the rest as much as there are turns for, no more of one
 * unit than it can have. The order is another one in each sweep, by chance and not by name, so that what cannot be done never
 * keeps the same machines waiting.
 */
export function shareOf(sharing: Sharing): Share {
  const { world, changes, inFlight, handedOn } = sharing;
  const interruptible = interruptibleIn(world);
  const beside = changes.filter(({ source }) => !interruptible.has(source));
  if (beside.length === changes.length) return { changes, interrupting: [], behind: [] };
  const room = roomFor(inFlight * PER_TURN);
  const chosen: NonEmpty<Change>[] = [];
  const behind: SourceResult[] = [];
  const candidates = shuffled(candidatesIn(sharing, interruptible), sharing);
  const isWaiting = ({ bySource }: Candidate): boolean => bySource.some(([{ source }]) => handedOn.has(source));
  for (const one of candidates.filter(isWaiting)) {
    room.take(one);
    behind.push(...one.bySource.map((some) => leaveBehind(some, ITS_TURN)));
  }
  for (const one of candidates.filter((candidate) => !isWaiting(candidate))) {
    if (room.take(one)) chosen.push(...one.bySource);
    else behind.push(...one.bySource.map((some) => leaveBehind(some, NO_ROOM)));
  }
  return { changes: [...beside, ...chosen.flat()], interrupting: chosen.map(([{ source }]) => source), behind };
}

const ITS_TURN = 'it was handed on a moment ago, and waits for its turn';
const NO_ROOM = 'as many running machines wait for their turn as get one until the next sweep';

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

/** Room for so many sources, and for {@link PER_TURN} of one unit. */
function roomFor(sources: number): { take(candidate: Candidate): boolean } {
  const byUnit = new Map<string, number>();
  let left = sources;
  return {
    take({ machine, bySource: { length } }) {
      const unit = unitOf(machine);
      const ofUnit = byUnit.get(unit) ?? 0;
      if (length > left || ofUnit + length > PER_TURN) return false;
      left -= length;
      byUnit.set(unit, ofUnit + length);
      return true;
    },
  };
}

function leaveBehind([first]: NonEmpty<Change>, detail: string): SourceResult {
  const outcomes: readonly Outcome[] = [withhold(first, 'interrupting-enough', detail)];
  return { source: first.source, outcomes, holds: [], backInSeconds: null };
}
