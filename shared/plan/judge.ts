import type { Attachment, Settings } from '../words.ts';
import { chooseNumber, type Choice } from './number.ts';
import type { Withheld } from './offers.ts';
import { does, isNewlyOrdered, newlyPreempted, shadowOn, theirsBefore } from './precedence.ts';
import { isSameSettings, settle } from './settings.ts';
import { hasRoom, oursBefore, type Refusal, type Remark, type Turn, type Withholding } from './situation.ts';
import { numberOf } from './wishes.ts';

/** What becomes of one wish when its turn comes. */
export type Judgement =
  | { readonly kind: 'satisfied'; readonly by: Attachment }
  | {
      readonly kind: 'place';
      readonly to: Settings;
      readonly remarks: readonly Remark[];
      readonly withheld: readonly Withholding[];
    }
  | ({ readonly kind: 'hold' } & Refusal);

/**
 * The first line that applies decides:
 *
 * | | if | then |
 * |---|---|---|
 * | 1 | it is one of ours and nothing differs | kept |
 * | 2 | its destination or the source says no | held, with their reason |
 * | 3 | none of ours is it, and theirs has its target and covers its filter | satisfied by theirs |
 * | 4 | nothing may be written here now, or it would move what must not be moved | held, with the restraint's reason |
 * | 5 | its target takes no more sources | `destination-full` |
 * | 6 | its number is taken and there is none beside it | `slot-taken` |
 * | 7 | it would newly come before theirs with an overlapping filter | `would-preempt-theirs` |
 * | 8 | it would newly come after those that take all its packets | `shadowed` |
 * | 9 | there is no room at its place in the order | `no-room` |
 * | 10 | else | attached, or changed in place |
 */
export function judge(turn: Turn): Judgement {
  const { situation, taken, wish, own, staying } = turn;
  const { restraints, standing, loads, profile } = situation;
  const refusal = wish.hold ?? situation.unfit;
  if (wish.to === null) return hold(refusal ?? unknownHere(turn));

  const choice = numberFor(turn);
  const number = choice.kind === 'number' ? choice.number : (own?.settings.number ?? null);
  const to = settle({ ...wish.to, number }, own?.settings ?? null, profile);
  const isRoomy = hasRoom(turn);

  const isRight = own?.state === 'ready' && choice.kind !== 'none' && isSameSettings(own.settings, to);
  if (isRight && isRoomy) {
    const stillSays = wish.hold === null ? [] : [{ wish, ...wish.hold, keeps: own, blockedBy: [] }];
    return { kind: 'place', to, remarks: remarksOn(turn, to), withheld: stillSays };
  }
  if (refusal !== null) return hold(refusal);
  const learned = own === null ? undefined : staying.get(own);
  if (learned !== undefined && learned !== null) return { kind: 'hold', ...learned };

  const twin = own === null ? standing.theirs.find((their) => does(situation, their, to)) : undefined;
  if (twin !== undefined) return { kind: 'satisfied', by: twin };

  if (restraints.write !== null) return hold(restraints.write);
  if (own?.state === 'changing') return hold({ code: 'changing', detail: `${own.id} is being changed` });
  const isMoved = own !== null && own.settings.target !== to.target;
  if (isMoved && restraints.retarget !== null) return hold(restraints.retarget);
  if ((own === null || isMoved) && wish.target !== null && loads.isFull(wish.target)) return hold(full(turn));

  if (choice.kind === 'none') {
    const holders = [...standing.theirs, ...standing.ours].filter(({ settings }) => settings.number === numberOf(wish));
    return hold({ code: 'slot-taken', detail: choice.detail }, holders);
  }
  const preempted = newlyPreempted(turn, to);
  if (preempted.length > 0) {
    const ids = preempted.map(({ id }) => id).join(', ');
    return hold(
      { code: 'would-preempt-theirs', detail: `number ${to.number} comes before ${ids}, whose filter overlaps` },
      preempted,
    );
  }
  if (isNewlyOrdered(own, to) && shadowOn(situation, taken, to) === 'covered') {
    return hold({ code: 'shadowed', detail: allTaken(to) }, theirsBefore(situation, to.number));
  }
  if (!isRoomy) return hold(noRoom(turn), standing.theirs);
  return { kind: 'place', to, remarks: remarksOn(turn, to), withheld: [] };
}

const hold = (withheld: Withheld, blockedBy: readonly Attachment[] = []): Judgement => ({
  kind: 'hold',
  hold: withheld,
  blockedBy,
});

/** Where attachments have no numbers, any is right. */
function numberFor({
  situation,
  matching,
  staying,
  taken,
  wish,
  own,
}: Turn): Choice | { kind: 'number'; number: null } {
  const { profile, standing, wishes } = situation;
  if (profile.numbers === null || wish.destination.cloud !== 'aws') return { kind: 'number', number: null };
  const desired = wish.destination.sessionNumber;
  const others = wishes.filter((other) => other !== wish);
  // Of wishes for one number, the one that has it (or was moved aside earlier) keeps it: reordering rules changes nothing.
  const siblings = others.flatMap((other) => {
    const attachment = numberOf(other) === desired ? matching.of.get(other) : undefined;
    if (attachment === undefined) return [];
    const isPending = !taken.some((one) => one.attachment === attachment);
    return isPending && (attachment.settings.number ?? 0) >= desired ? [attachment] : [];
  });
  const stayers = [...staying.keys()].filter((attachment) => attachment !== own);
  const numbers = [
    ...taken.map(({ number }) => number),
    ...[...siblings, ...stayers].map(({ settings }) => settings.number),
  ];
  return chooseNumber(
    desired,
    own?.settings.number ?? null,
    {
      theirs: standing.theirs.flatMap(({ settings }) => settings.number ?? []),
      taken: new Set(numbers.filter((number) => number !== null)),
      wanted: others.map(numberOf),
    },
    wish.destination.numbers,
    profile.numbers,
  );
}

const allTaken = ({ number }: Settings): string => `sessions before number ${number} take all its packets`;

function remarksOn({ situation, taken, wish }: Turn, to: Settings): readonly Remark[] {
  const shadow = shadowOn(situation, taken, to);
  const remarks: Remark[] = [];
  if (shadow === 'covered') remarks.push({ wish, code: 'shadowed', detail: allTaken(to) });
  if (shadow === 'overlapping') {
    const detail = `sessions before number ${to.number} take some of its packets`;
    remarks.push({ wish, code: 'partly-shadowed', detail });
  }
  if (wish.destination.cloud === 'aws' && to.number !== wish.destination.sessionNumber) {
    const detail = `number ${wish.destination.sessionNumber} is taken; ${to.number} is used`;
    remarks.push({ wish, code: 'number-moved', detail });
  }
  return remarks;
}

const unknownHere = ({ wish }: Turn): Withheld => ({
  code: 'destination-missing',
  detail: `${wish.destination.name} is not known here`,
});

const full = ({ situation, wish }: Turn): Withheld => ({
  code: 'destination-full',
  detail:
    wish.target === null
      ? `${wish.destination.name} is full`
      : `${wish.destination.name} has ${situation.loads.of(wish.target)} of ${wish.target.capacity} sources`,
});

function noRoom(turn: Turn): Withheld {
  const { standing, profile, slots } = turn.situation;
  const { attachmentsPerSource: limit, attachmentWord: word } = profile;
  const most = `${limit} ${word}${limit === 1 ? '' : 's'} at most${slots < limit ? `, ${slots} of them ours` : ''}`;
  return {
    code: 'no-room',
    detail: `an interface has ${most}; others have ${standing.theirs.length}, and ${oursBefore(turn)} of ours come first`,
  };
}
