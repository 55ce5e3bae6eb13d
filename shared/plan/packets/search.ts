import type { Filter, FilterRule } from '../../words.ts';
import { boxesOf, isIn, portReadingsOf, ROOMS, type Box, type Room } from './boxes.ts';
import { cutRoom, maskOf, traitsAbove, type Cut, type Mask } from './cuts.ts';
import {
  ACCEPT,
  ANY,
  collectFindings,
  isSingle,
  NONE,
  REJECT,
  type Findings,
  type Opinion,
  type Verdict,
} from './findings.ts';

/** A filter, or what is known of it instead. */
export type Subject = Filter | 'everything' | 'unread';

/** Every combination of verdicts that some packet gets from the subjects, in their order. */
export function searchVerdicts(subjects: readonly Subject[]): readonly (readonly Verdict[])[] {
  const findings = collectFindings();
  for (const reading of portReadingsOf(subjects.flatMap(rulesOf))) {
    const owned = subjects.flatMap((subject) => boxesOf(rulesOf(subject), reading).map((box) => ({ subject, box })));
    for (const room of ROOMS) {
      const inside = owned.filter(({ box }) => isIn(box, room));
      searchRoom(toPlan(subjects, inside, room), findings);
    }
  }
  return findings.list();
}

const rulesOf = (subject: Subject): readonly FilterRule[] => (typeof subject === 'string' ? [] : subject.rules);

/** One room and what the subjects have in it. */
interface RoomPlan {
  readonly parts: readonly Part[];
  readonly cuts: readonly Cut[];
  /** Per number of dimensions that are cut already: the boxes that are certain and unlimited in all others. */
  readonly unlimited: readonly Mask[];
  readonly traits: ReturnType<typeof traitsAbove>;
  /** Everything that a packet may be before anything is cut. */
  readonly whole: Mask;
}

/** What one subject has in a room. */
interface Part {
  readonly subject: Subject;
  readonly all: Mask;
  readonly accepts: Mask;
  readonly rejects: Mask;
}

interface Owned {
  readonly subject: Subject;
  readonly box: Box;
}

function toPlan(subjects: readonly Subject[], owned: readonly Owned[], room: Room): RoomPlan {
  const boxes = owned.map(({ box }) => box);
  const parts = subjects.map((subject): Part => {
    const all = maskOf(owned, (one) => one.subject === subject);
    return {
      subject,
      all,
      accepts: all & maskOf(boxes, ({ action }) => action === 'accept'),
      rejects: all & maskOf(boxes, ({ action }) => action === 'reject'),
    };
  });
  const traits = traitsAbove(boxes.length);
  const isAboutDns = subjects.some((subject) => subject === 'unread' || mirrorsDns(subject));
  return {
    parts,
    cuts: boxes.length === 0 && !isAboutDns ? [] : cutRoom(boxes, room),
    unlimited: LIMITS.map((_, dimension) => maskOf(boxes, (box) => isUnlimited(box, dimension))),
    traits,
    whole: (traits.ports - 1n) | traits.ports | traits.noPorts | (isAboutDns ? traits.dns : 0n),
  };
}

/** What limits a box, in the order in which the dimensions are cut; at the end there is nothing left to be limited in. */
const LIMITS = ['protocol', 'source', 'destination', 'sourcePorts', 'destinationPorts', null] as const;

const isUnlimited = (box: Box, dimension: number): boolean =>
  box.isCertain && LIMITS.slice(dimension).every((limit) => limit === null || box[limit] === null);

const mirrorsDns = (subject: Subject): boolean => typeof subject !== 'string' && subject.mirrorsDns;

/**
 * Cuts one dimension after the other and goes on with what still matches in each piece. Pieces with the same boxes are alike
 * and looked at once; what cannot bring anything new is left out.
 */
function searchRoom({ parts, cuts, unlimited, traits, whole }: RoomPlan, findings: Findings): void {
  const visited = new Set<string>();
  visit(whole, 0);

  function visit(matching: Mask, dimension: number): void {
    const mask = withoutHidden(matching, dimension);
    const opinions = parts.map((part) => withDns(part, opinionOf(part, mask, dimension), mask));
    if (findings.hasAll(opinions)) return;
    if (opinions.every(isSingle)) return findings.addAll(opinions);
    const key = `${dimension} ${mask}`;
    if (visited.has(key)) return;
    visited.add(key);
    const cut = cuts[dimension];
    if (cut === undefined) return conclude(mask, dimension);
    for (const piece of cut) {
      const rest = mask & piece;
      if ((rest & (traits.ports | traits.noPorts)) !== 0n) visit(rest, dimension + 1);
    }
  }

  /** A rule that is certain to match hides those of its filter that are tried after it. */
  function withoutHidden(mask: Mask, dimension: number): Mask {
    return parts.reduce((left, { all }) => {
      const certain = left & all & (unlimited[dimension] ?? 0n);
      const first = certain & -certain;
      return first === 0n ? left : left & ~(all & ~(first | (first - 1n)));
    }, mask);
  }

  function opinionOf({ subject, all, accepts, rejects }: Part, mask: Mask, dimension: number): Opinion {
    if (subject === 'everything') return ACCEPT;
    if (subject === 'unread') return ANY;
    return (
      ((mask & accepts) === 0n ? 0 : ACCEPT) |
      ((mask & rejects) === 0n ? 0 : REJECT) |
      ((mask & all & (unlimited[dimension] ?? 0n)) === 0n ? NONE : 0)
    );
  }

  function withDns({ subject }: Part, opinion: Opinion, mask: Mask): Opinion {
    if ((mask & traits.dns) === 0n || subject === 'everything') return opinion;
    return opinion | (mirrorsDns(subject) ? ACCEPT : NONE);
  }

  /**
   * Every packet may be none of the resolver's, and then only the rules speak. Of the resolver's packets, which are mirrored
   * by `amazon-dns` only, it is not documented whether the rules match them too, nor which of the two comes first.
   */
  function conclude(mask: Mask, dimension: number): void {
    const rules = parts.map((part) => ({ part, opinion: opinionOf(part, mask, dimension) }));
    findings.addAll(rules.map(({ opinion }) => opinion));
    if ((mask & traits.dns) === 0n) return;
    const ofService = ({ subject }: Part): Opinion =>
      subject === 'everything' ? ACCEPT : subject === 'unread' ? ANY : mirrorsDns(subject) ? ACCEPT : NONE;
    const rulesFirst = (opinion: Opinion): Opinion => (opinion & ~NONE) | ((opinion & NONE) === 0 ? 0 : ACCEPT);
    findings.addAll(rules.map(({ part }) => ofService(part)));
    findings.addAll(rules.map(({ part, opinion }) => (mirrorsDns(part.subject) ? ACCEPT : opinion)));
    findings.addAll(rules.map(({ part, opinion }) => (mirrorsDns(part.subject) ? rulesFirst(opinion) : opinion)));
  }
}
