import type { Attachment, Settings } from '../words.ts';
import { chooseNumber, type Choice } from './number.ts';
import type { Withheld } from './offers.ts';
import { findTwin, isNewlyOrdered, newlyPreempted, shadowOn, takesNothing } from './precedence.ts';
import {
  allTaken,
  full,
  noRoom,
  remarksOn,
  remarksOnTwin,
  uncheckedOf,
  unknownHere,
  wouldBlind,
  wouldPreempt,
} from './reasons.ts';
import { isSameSettings, settle } from './settings.ts';
import { hasRoom, hasRoomInWindow, type Objection, type Remark, type Turn, type Withholding } from './situation.ts';
import { numberOf } from './wishes.ts';
import { isCountedAt } from './world-index.ts';

/** What becomes of one wish when its turn comes. */
export type Judgement =
  | { readonly kind: 'satisfied'; readonly by: Attachment; readonly remarks: readonly Remark[] }
  | {
      readonly kind: 'place';
      readonly to: Settings;
      readonly remarks: readonly Remark[];
      readonly withheld: readonly Withholding[];
    }
  | ({ readonly kind: 'hold' } & Objection);

/**
 * The first line that applies decides:
 *
 * | | if | then |
 * |---|---|---|
 * | 1 | it is one of ours and nothing differs | kept |
 * | 2 | its destination or the source says no | held, with their reason |
 * | 3 | none of ours is it; theirs has its target and takes all that it would, also in the end | satisfied by theirs |
 * | 4 | nothing may be written here now, or it would move what must not be moved | held, with the restraint's reason |
 * | 5 | it would be moved to a target whose health could not be told | `destination-unhealthy` |
 * | 6 | its target takes no more sources | `destination-full` |
 * | 7 | its number is taken and there is none beside it | `slot-taken` |
 * | 8 | it would newly take or reject packets before theirs, which takes them | `would-preempt-theirs` |
 * | 9 | its filter would be changed into one that takes nothing | `no-filter-here` |
 * | 10 | it would newly come after those that take all its packets | `shadowed` |
 * | 11 | there is no room at its place in the order | `no-room` |
 * | 12 | it would interrupt a machine that is to be left alone now | `outside-window`, or what the cloud refused it with |
 * | 13 | else | attached, or changed in place |
 */
export function judge(turn: Turn): Judgement {
  const { situation, wish, own, staying, outrun } = turn;
  const { restraints, standing, loads, profile } = situation;
  const refusal = situation.unfit ?? wish.hold;
  if (wish.to === null) return hold(refusal ?? unknownHere(turn));

  const choice = numberFor(turn);
  const number = choice.kind === 'number' ? choice.number : (own?.settings.number ?? null);
  const to = settle({ ...wish.to, number }, own?.settings ?? null, profile);
  const isRoomy = hasRoom(turn);
  const notNow = restraints.interrupt;

  const isRight = own?.state === 'ready' && choice.kind !== 'none' && isSameSettings(own.settings, to);
  if (isRight && isRoomy) {
    const stillSays = wish.hold === null ? [] : [{ wish, ...wish.hold, keeps: own, blockedBy: [] }];
    return { kind: 'place', to, remarks: remarksOn(turn, to), withheld: stillSays };
  }
  if (refusal !== null) return hold(refusal);
  const learned = own === null ? undefined : staying.get(own);
  if (learned !== undefined && learned !== null) return { kind: 'hold', ...learned };

  const twin = own === null && !outrun.has(wish) ? findTwin(turn, to) : null;
  if (twin !== null) return { kind: 'satisfied', by: twin.attachment, remarks: remarksOnTwin(wish, twin) };

  if (restraints.write !== null) return hold(restraints.write);
  if (own?.state === 'changing') return hold({ code: 'changing', detail: `${own.id} is being changed` });
  const isMoved = own !== null && own.settings.target !== to.target;
  if (isMoved && restraints.retarget !== null) return hold(restraints.retarget);
  const inDoubt = uncheckedOf(wish);
  if (isMoved && inDoubt !== null) return hold({ code: 'destination-unhealthy', detail: inDoubt });
  if (wish.target !== null && !isCountedAt(standing, wish.target.id) && loads.isFull(wish.target)) {
    return hold(full(turn));
  }

  if (choice.kind === 'none') {
    const holders = [...standing.theirs, ...standing.ours].filter(({ settings }) => settings.number === numberOf(wish));
    return hold({ code: 'slot-taken', detail: choice.detail }, holders);
  }
  const losses = newlyPreempted(turn, to);
  if (losses.length > 0) {
    return hold(
      wouldPreempt(to, losses, situation.filters),
      losses.map(({ attachment }) => attachment),
    );
  }
  const shadow = shadowOn(turn, to);
  if (own !== null && shadow.extent === 'nothing-to-take' && !takesNothing(own.settings.filter, situation.filters)) {
    return hold(wouldBlind(to));
  }
  if (isNewlyOrdered(own, to) && shadow.extent === 'wholly') {
    return hold(
      { code: 'shadowed', detail: allTaken(shadow.by) },
      shadow.by.flatMap(({ place }) => place.attachment ?? []),
    );
  }
  if (!isRoomy) {
    const waits = notNow !== null && hasRoomInWindow(turn);
    return waits ? hold(notNow) : hold(noRoom(turn), standing.theirs);
  }
  if (notNow !== null) return hold(notNow);
  // Where nothing is mirrored yet nothing is lost by trying; what works is not moved to what may not.
  const tried: readonly Remark[] =
    own === null && inDoubt !== null ? [{ wish, code: 'destination-unchecked', detail: inDoubt }] : [];
  return { kind: 'place', to, remarks: [...tried, ...remarksOn(turn, to)], withheld: [] };
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
