import type { Attachment } from '../words.ts';
import { judge } from './judge.ts';
import { match, type Matching } from './match.ts';
import type { Withheld } from './offers.ts';
import {
  hasRoom,
  type Known,
  type Placement,
  type Remark,
  type Restraints,
  type Situation,
  type Taken,
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
 * place in the order. Only an earlier wish that needs the room displaces it. That an attachment stays, or goes, may turn out
 * only after wishes before it were given numbers; then all are given anew with what was learned, at most once per attachment
 * and fate.
 */
export function assignSlots(situation: Situation): Assignment {
  const matching = match(situation.wishes, situation.standing.ours);
  const restraint = restraintOnRest(situation.restraints);
  let known: Known = { staying: new Set(restraint === null ? [] : matching.rest), displaced: new Set() };
  for (;;) {
    const { assignment, lessons } = assignOnce(situation, matching, known);
    if (lessons.length === 0) return assignment;
    known = learn(known, lessons);
  }
}

interface Lesson {
  readonly attachment: Attachment;
  readonly fate: 'stays' | 'displaced';
}

function learn({ staying, displaced }: Known, lessons: readonly Lesson[]): Known {
  const fated = (fate: Lesson['fate']): readonly Attachment[] =>
    lessons.filter((lesson) => lesson.fate === fate).map(({ attachment }) => attachment);
  const goes = new Set([...displaced, ...fated('displaced')]);
  return { staying: new Set([...staying, ...fated('stays')].filter((one) => !goes.has(one))), displaced: goes };
}

/** Why ours that no wish was recognised in are left alone nevertheless. */
const restraintOnRest = ({ write, detach, unrecognised }: Restraints): Withheld | null =>
  write ?? detach ?? unrecognised;

function assignOnce(
  situation: Situation,
  matching: Matching,
  known: Known,
): { assignment: Assignment; lessons: readonly Lesson[] } {
  const restraint = restraintOnRest(situation.restraints);
  const left = restraint === null ? [] : matching.rest;
  const taken: Taken[] = left.map(asTaken);
  const withheld: Withholding[] = left.flatMap((keeps) =>
    restraint === null ? [] : [{ wish: null, ...restraint, keeps, blockedBy: [] }],
  );
  const placements: Placement[] = [];
  const satisfied: { wish: Wish; by: Attachment }[] = [];
  const remarks: Remark[] = [];
  const displaced: Attachment[] = [];

  for (const wish of situation.wishes) {
    const own = matching.of.get(wish) ?? null;
    const turn = { situation, matching, known, taken, wish, own };
    const judgement = judge(turn);
    if (judgement.kind === 'satisfied') {
      satisfied.push({ wish, by: judgement.by });
    } else if (judgement.kind === 'place') {
      const { to } = judgement;
      placements.push({ wish, attachment: own, to });
      remarks.push(...judgement.remarks);
      withheld.push(...judgement.withheld);
      taken.push({ number: to.number, filter: to.filter, attachment: own });
    } else {
      const isKept = own !== null && !known.displaced.has(own) && hasRoom(turn);
      withheld.push({ wish, ...judgement.hold, keeps: isKept ? own : null, blockedBy: judgement.blockedBy });
      if (isKept) taken.push(asTaken(own));
      else if (own !== null) displaced.push(own);
    }
  }

  const stays = withheld.flatMap(({ wish, keeps }) => (wish === null || keeps === null ? [] : [keeps]));
  const lessons = [
    ...stays
      .filter((one) => !known.staying.has(one) && !isPlaced(one))
      .map((one) => ({ attachment: one, fate: 'stays' as const })),
    ...displaced
      .filter((one) => !known.displaced.has(one))
      .map((one) => ({ attachment: one, fate: 'displaced' as const })),
  ];
  const unwished = restraint === null ? matching.rest : [];
  return { assignment: { placements, satisfied, withheld, remarks, unwished, displaced }, lessons };

  function isPlaced(one: Attachment): boolean {
    return placements.some(({ attachment }) => attachment === one);
  }
}

const asTaken = (attachment: Attachment): Taken => ({
  number: attachment.settings.number,
  filter: attachment.settings.filter,
  attachment,
});
