import type { Profile } from '../profile.ts';
import type { DetachCode } from '../reason.ts';
import type { Attachment, Settings } from '../words.ts';
import { isSameSettings } from './settings.ts';
import type { Placement } from './situation.ts';
import type { Wish } from './wishes.ts';

/** One call to the cloud. */
export type Step =
  | { readonly kind: 'create'; readonly wish: Wish; readonly to: Settings }
  | {
      readonly kind: 'change';
      readonly wish: Wish;
      readonly attachment: Attachment;
      readonly from: Settings;
      readonly to: Settings;
    }
  | {
      readonly kind: 'remove';
      readonly attachment: Attachment;
      readonly from: Settings;
      readonly because: DetachCode;
    };

export interface Leaving {
  readonly attachment: Attachment;
  readonly because: DetachCode;
}

/** What stands on one source, and what is to stand there. */
export interface Course {
  readonly theirs: readonly Attachment[];
  readonly ours: readonly Attachment[];
  readonly placements: readonly Placement[];
  readonly leaving: readonly Leaving[];
  readonly profile: Profile;
}

/**
 * The steps of one source in an order in which the cloud takes every one: never more attachments than it allows, never two on
 * one number. What comes in the place of something is there before that goes; where there is no room for both, what would
 * leave becomes what would come, in one change. Two that swap numbers go through a free number beside, past nobody's session.
 */
export function orderSteps(course: Course): readonly Step[] {
  const { theirs, ours, profile } = course;
  const { coming, leaving } = pairUp(course);
  const pending = [...coming];
  const going = [...leaving];
  const settings = new Map(ours.map((one) => [one, one.settings]));
  const fixed = new Set(theirs.map((their) => their.settings.number));
  const steps: Step[] = [];
  let count = theirs.length + ours.length;

  while (pending.length > 0) {
    const ready = pending.find(isReady) ?? null;
    const leaver = ready === null ? (going.shift() ?? null) : null;
    if (ready !== null) {
      take(ready, ready.to);
      pending.splice(pending.indexOf(ready), 1);
    } else if (leaver !== null) {
      remove(leaver);
    } else {
      stepAside();
    }
  }
  going.forEach(remove);
  return steps;

  function isReady({ attachment, to }: Placement): boolean {
    return isFree(to.number, attachment) && (attachment !== null || count < profile.attachmentsPerSource);
  }

  function isFree(number: number | null, own: Attachment | null): boolean {
    if (number === null) return true;
    return (
      !fixed.has(number) && ![...settings].some(([attachment, now]) => attachment !== own && now.number === number)
    );
  }

  function take({ wish, attachment }: Placement, to: Settings): void {
    if (attachment === null) {
      steps.push({ kind: 'create', wish, to });
      fixed.add(to.number);
      count++;
      return;
    }
    steps.push({ kind: 'change', wish, attachment, from: settings.get(attachment) ?? attachment.settings, to });
    settings.set(attachment, to);
  }

  function remove({ attachment, because }: Leaving): void {
    steps.push({ kind: 'remove', attachment, from: attachment.settings, because });
    settings.delete(attachment);
    count--;
  }

  /** Everything that is left waits for a number of something else that is left: one of a circle makes way. */
  function stepAside(): void {
    const placement = findInCircle(pending, settings);
    const now = settings.get(placement.attachment) ?? placement.attachment.settings;
    const free = (number: number): boolean => number !== now.number && isFree(number, placement.attachment);
    take(placement, { ...now, number: numberBeside(placement.to.number ?? 0, theirs, free, profile) });
  }
}

type Moving = Placement & { readonly attachment: Attachment };

const isMoving = (placement: Placement): placement is Moving => placement.attachment !== null;

/** One of those that wait for each other in a circle, found by following who holds what is wanted. */
function findInCircle(pending: readonly Placement[], settings: ReadonlyMap<Attachment, Settings>): Moving {
  const moving = pending.filter(isMoving);
  const seen = new Set<Moving>();
  let at = moving[0];
  while (at !== undefined && !seen.has(at)) {
    seen.add(at);
    const wanted = at.to.number;
    at = moving.find(({ attachment }) => settings.get(attachment)?.number === wanted);
  }
  if (at === undefined) throw new Error('steps that wait for nothing: the slots were given out twice');
  return at;
}

/**
 * What must come while nothing can leave first is made out of what leaves: where the source is full, or where both are to
 * have one number.
 */
function pairUp({ theirs, ours, placements, leaving, profile }: Course): {
  readonly coming: readonly Placement[];
  readonly leaving: readonly Leaving[];
} {
  const left = [...leaving];
  let room = profile.attachmentsPerSource - theirs.length - ours.length;
  const coming = placements.flatMap((placement): readonly Placement[] => {
    const { attachment, to } = placement;
    if (attachment !== null) return needsChange(attachment, to) ? [placement] : [];
    const sameNumber = left.findIndex((one) => one.attachment.settings.number === to.number);
    const replaced = left[sameNumber >= 0 ? sameNumber : room > 0 ? -1 : 0];
    if (replaced === undefined) {
      room--;
      return [placement];
    }
    left.splice(left.indexOf(replaced), 1);
    return [{ ...placement, attachment: replaced.attachment }];
  });
  return { coming, leaving: left };
}

/** What failed, or is not listed by its target, is written again although nothing differs. */
const needsChange = ({ settings, state }: Attachment, to: Settings): boolean =>
  state !== 'ready' || !isSameSettings(settings, to);

/** The free number nearest to one that is wanted and not yet free, with no session of others in between. */
function numberBeside(
  wanted: number,
  theirs: readonly Attachment[],
  isFree: (number: number) => boolean,
  { numbers }: Profile,
): number {
  const foreign = new Set(theirs.map(({ settings }) => settings.number));
  for (const direction of [1, -1]) {
    for (let number = wanted + direction; isWithin(number) && !foreign.has(number); number += direction) {
      if (isFree(number)) return number;
    }
  }
  // Three sessions are too few to close a number in on both sides and leave two of ours to swap.
  throw new Error(`no number beside ${wanted} is free`);

  function isWithin(number: number): boolean {
    return numbers !== null && number >= numbers.lowest && number <= numbers.highest;
  }
}
