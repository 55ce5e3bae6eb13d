import type { FilterRule } from '../../words.ts';
import { boxesOf, isIn, portReadingsOf, ROOMS, type Box, type Room } from './boxes.ts';
import { cutRoom, maskOf, traitsAbove, type Cut, type Mask } from './cuts.ts';
import { dnsReadingsOf, onResolvers, type DnsReading, type Subject } from './resolver.ts';
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

/** The combinations of verdicts that packets get from some subjects, in their order, in one way of reading them. */
export type Verdicts = readonly (readonly Verdict[])[];

/** Every combination of verdicts that some packet gets, for each way in which the subjects may have to be read. */
export const searchVerdicts = (subjects: readonly Subject[]): readonly Verdicts[] =>
  portReadingsOf(subjects.flatMap(rulesOf)).flatMap((portReading) => {
    const owned = subjects.flatMap((subject) =>
      boxesOf(rulesOf(subject), portReading).map((box) => ({ subject, box })),
    );
    const readings = dnsReadingsOf(subjects).map((dns) => ({ dns, findings: collectFindings() }));
    for (const room of ROOMS) {
      const inside = owned.filter(({ box }) => isIn(box, room));
      searchRoom(toPlan(subjects, inside, room), readings);
    }
    return readings.map(({ findings }) => findings.list());
  });

/** What is found in one way of reading the subjects. */
interface Reading {
  readonly dns: DnsReading;
  readonly findings: Findings;
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
  const isAboutDns = dnsReadingsOf(subjects).length > 1;
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

/**
 * Cuts one dimension after the other and goes on with what still matches in each piece. Pieces with the same boxes are alike
 * and looked at once; what cannot bring anything new is left out.
 */
function searchRoom({ parts, cuts, unlimited, traits, whole }: RoomPlan, readings: readonly Reading[]): void {
  const visited = new Set<string>();
  visit(whole, 0);

  function visit(matching: Mask, dimension: number): void {
    const mask = withoutHidden(matching, dimension);
    const byRules = parts.map((part) => opinionOf(part, mask, dimension));
    if (readings.every(({ dns, findings }) => findings.hasAll(possibleIn(dns, byRules, mask)))) return;
    const key = `${dimension} ${mask}`;
    if (visited.has(key)) return;
    visited.add(key);
    const cut = cuts[dimension];
    if (cut === undefined || (byRules.every(isSingle) && !isDns(mask))) return conclude(mask, byRules);
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

  function isDns(mask: Mask): boolean {
    return (mask & traits.dns) !== 0n;
  }

  function ofResolvers(dns: DnsReading, byRules: readonly Opinion[]): readonly Opinion[] {
    return parts.map(({ subject }, at) => onResolvers(dns, subject, byRules[at] ?? NONE));
  }

  /** All that may still come out, and perhaps more. */
  function possibleIn(dns: DnsReading, byRules: readonly Opinion[], mask: Mask): readonly Opinion[] {
    return isDns(mask) ? ofResolvers(dns, byRules).map((opinion, at) => opinion | (byRules[at] ?? 0)) : byRules;
  }

  /** What looks like the resolver's packet may be somebody else's, of which only the rules speak. */
  function conclude(mask: Mask, byRules: readonly Opinion[]): void {
    for (const { dns, findings } of readings) {
      findings.addAll(byRules);
      if (isDns(mask)) findings.addAll(ofResolvers(dns, byRules));
    }
  }
}
