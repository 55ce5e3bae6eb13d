import type { Attachment, Settings } from '../words.ts';
import { judge } from './judge.ts';
import { match, type Matching } from './match.ts';
import type { Withheld } from './offers.ts';
import { findTwin } from './precedence.ts';
import { settle } from './settings.ts';
import {
  hasRoom,
  type Objection,
  placeOf,
  type Place,
  type Placement,
  type Remark,
  type Restraints,
  type Situation,
  type Turn,
  type Withholding,
} from './situation.ts';
import type { Wish } from './wishes.ts';

/** Who has which slot on one source in the end. */
export interface Assignment {
  readonly placements: readonly Placement[];
  readonly satisfied: readonly { readonly wish: Wish; readonly by: Attachment }[];
  readonly withheld: readonly Withholding[];
  readonly remarks: readonly Remark[];
  /** Ours that nobody wishes. */
  readonly unwished: readonly Attachment[];
  /** Ours whose room earlier wishes took. */
  readonly displaced: readonly Attachment[];
}

/**
 * Gives the slots of one source to its wishes, in their order; `judge` says what becomes of each.
 *
 * A hold withholds a change, never an attachment: what is ours and still wished for keeps its number, and its room at its
 * place in the order. Only an earlier wish that needs the room displaces it. Both may turn out only after wishes before it
 * were given numbers. Then all are given anew: around what stays, or without what goes, as if it were gone already, so that the
 * next plan finds nothing left to do.
 */
export function assignSlots(situation: Situation): Assignment {
  const { wishes, standing, restraints } = situation;
  const restraint = restraintOnRest(restraints);
  const displaced = new Set<Attachment>();
  for (;;) {
    const matching = match(
      wishes,
      standing.ours.filter((one) => !displaced.has(one)),
      standing.theirs,
    );
    const staying = new Map<Attachment, Objection | null>();
    for (const one of matching.rest) if (restraintOn(one, restraint) !== null) staying.set(one, null);
    const assignment = assignAround(situation, matching, staying);
    if (assignment.displaced.length === 0) return keepExact({ ...assignment, displaced: [...displaced] }, situation);
    for (const one of assignment.displaced) displaced.add(one);
  }
}

/**
 * Where a wish has one of ours that is to be changed into it while one that is it already would go, it keeps the latter: the
 * matching was made anew without what goes.
 */
function keepExact(assignment: Assignment, { profile }: Situation): Assignment {
  const displaced = [...assignment.displaced];
  const placements = assignment.placements.map((placement): Placement => {
    const { attachment, to } = placement;
    const isExact = ({ settings }: Attachment): boolean =>
      settings.target === to.target && settings.filter === to.filter;
    const at = attachment === null || isExact(attachment) ? -1 : displaced.findIndex(isExact);
    const exact = displaced[at];
    if (exact === undefined || attachment === null) return placement;
    displaced[at] = attachment;
    const wished = placement.wish.to ?? to;
    return { ...placement, attachment: exact, to: settle({ ...wished, number: to.number }, exact.settings, profile) };
  });
  return { ...assignment, placements, displaced };
}

/**
 * Assigns until nobody else turns out to stay, and theirs still satisfy what they were found to satisfy when all have their
 * places; `staying` grows on the way.
 */
function assignAround(
  situation: Situation,
  matching: Matching,
  staying: Map<Attachment, Objection | null>,
): Assignment {
  const outrun = new Set<Wish>();
  for (;;) {
    const round = assignOnce({ situation, matching, staying, outrun });
    for (const [attachment, refusal] of round.learned) staying.set(attachment, refusal);
    if (round.learned.size > 0) continue;
    // What is displaced here comes before theirs no more: it is not known yet whom that leaves to theirs.
    if (round.outrun === null || round.assignment.displaced.length > 0) return round.assignment;
    outrun.add(round.outrun);
  }
}

/** Why ours that no wish was recognised in are left alone nevertheless. */
const restraintOnRest = ({ write, detach, unrecognised }: Restraints): Withheld | null =>
  write ?? detach ?? unrecognised;

const restraintOn = ({ id, state }: Attachment, onRest: Withheld | null): Withheld | null =>
  onRest ?? (state === 'changing' ? { code: 'changing', detail: `${id} is being changed` } : null);

/** What came of it when every wish had its turn. */
interface Round {
  readonly assignment: Assignment;
  /** Who turned out to stay. */
  readonly learned: ReadonlyMap<Attachment, Objection>;
  /** One at a time, the first: what it gets instead may leave no room to the wish that outruns others. */
  readonly outrun: Wish | null;
}

function assignOnce(given: Pick<Turn, 'situation' | 'matching' | 'staying' | 'outrun'>): Round {
  const { situation, matching, staying } = given;
  const restraint = restraintOnRest(situation.restraints);
  const left = matching.rest.flatMap((keeps) => {
    const why = restraintOn(keeps, restraint);
    return why === null ? [] : [{ wish: null, ...why, keeps, blockedBy: [] }];
  });
  const taken: Place[] = left.map(({ keeps }) => placeOf(keeps));
  const withheld: Withholding[] = [...left];
  const placements: Placement[] = [];
  const satisfied: { wish: Wish; by: Attachment }[] = [];
  const remarks: Remark[] = [];
  const displaced: Attachment[] = [];
  const learned = new Map<Attachment, Objection>();

  for (const wish of situation.wishes) {
    const own = matching.of.get(wish) ?? null;
    const turn = { ...given, taken, wish, own };
    const judgement = judge(turn);
    if (judgement.kind === 'satisfied') {
      satisfied.push({ wish, by: judgement.by });
      remarks.push(...judgement.remarks);
    } else if (judgement.kind === 'place') {
      const { to } = judgement;
      placements.push({ wish, attachment: own, to });
      remarks.push(...judgement.remarks);
      withheld.push(...judgement.withheld);
      taken.push(placeFor(wish, own, to));
    } else {
      const isKept = own !== null && hasRoom(turn);
      withheld.push({ wish, ...judgement.hold, keeps: isKept ? own : null, blockedBy: judgement.blockedBy });
      if (own === null) continue;
      if (isKept) {
        taken.push(placeOf(own));
        if (!staying.has(own)) learned.set(own, judgement);
      } else {
        displaced.push(own);
      }
    }
  }

  const unwished = matching.rest.filter((one) => restraintOn(one, restraint) === null);
  const isOutrun = ({ wish }: { readonly wish: Wish }): boolean =>
    wish.to !== null && findTwin({ ...given, taken, wish, own: null }, wish.to) === null;
  return {
    assignment: { placements, satisfied, withheld, remarks, unwished, displaced },
    learned,
    outrun: satisfied.find(isOutrun)?.wish ?? null,
  };
}

const placeFor = ({ destination }: Wish, attachment: Attachment | null, to: Settings): Place => ({
  attachment,
  name: attachment?.id ?? `the session for ${destination.name}`,
  number: to.number,
  filter: to.filter,
  target: to.target,
});
