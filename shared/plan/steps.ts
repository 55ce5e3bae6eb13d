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
  | { readonly kind: 'remove'; readonly attachment: Attachment; readonly from: Settings; readonly because: DetachCode };

export interface Leaving {
  readonly attachment: Attachment;
  readonly because: DetachCode;
}

/**
 * The steps of one source in an order in which every one is allowed and none hides a packet that is mirrored before and after:
 * never more attachments than the cloud takes, never two on one number, and nothing is taken away before what comes in its
 * place is there. Where there is no room for that, what would leave becomes what would come, in one change.
 */
export function orderSteps(
  theirs: readonly Attachment[],
  ours: readonly Attachment[],
  placements: readonly Placement[],
  leaving: readonly Leaving[],
  profile: Profile,
): readonly Step[] {
  const { pending, gone } = pairUp(theirs, ours, placements, leaving, profile);
  const numbers = new Map(ours.map((one) => [one, one.settings.number]));
  const settled: (number | null)[] = theirs.map(({ settings }) => settings.number);
  let count = theirs.length + ours.length;
  const steps: Step[] = [];
  const isFree = (number: number | null, own: Attachment | null): boolean =>
    number === null ||
    (!settled.includes(number) && ![...numbers].some(([attachment, at]) => attachment !== own && at === number));

  const create = (placement: Placement): void => {
    steps.push({ kind: 'create', wish: placement.wish, to: placement.to });
    settled.push(placement.to.number);
    count++;
  };
  const change = ({ wish }: Placement, attachment: Attachment, to: Settings): void => {
    const from = { ...attachment.settings, ...current.get(attachment) };
    steps.push({ kind: 'change', wish, attachment, from, to });
    current.set(attachment, to);
    numbers.set(attachment, to.number);
  };
  const remove = ({ attachment, because }: Leaving): void => {
    steps.push({ kind: 'remove', attachment, from: attachment.settings, because });
    numbers.delete(attachment);
    count--;
  };
  const current = new Map<Attachment, Settings>();

  while (pending.length > 0) {
    const isReady = ({ attachment, to }: Placement): boolean =>
      isFree(to.number, attachment) && (attachment !== null || count < profile.attachmentsPerSource);
    const ready = pending.find((one) => one.attachment === null && isReady(one)) ?? pending.find(isReady);
    if (ready !== undefined) {
      if (ready.attachment === null) create(ready);
      else change(ready, ready.attachment, ready.to);
      pending.splice(pending.indexOf(ready), 1);
      continue;
    }
    const leaver = gone.shift();
    if (leaver !== undefined) {
      remove(leaver);
      continue;
    }
    const cycle = pending.find(({ attachment }) => attachment !== null);
    // Cannot happen: without anything that leaves or moves, everything that is pending is ready.
    if (cycle?.attachment === undefined || cycle.attachment === null) break;
    const number = numberBeside(
      cycle.to.number ?? 0,
      theirs,
      (candidate) => isFree(candidate, cycle.attachment),
      profile,
    );
    if (number === null) break;
    change(cycle, cycle.attachment, { ...(current.get(cycle.attachment) ?? cycle.attachment.settings), number });
  }
  for (const leaver of gone) remove(leaver);
  return steps;
}

/**
 * What must come while nothing can leave first is made out of what leaves: where the source is full, or where both are to
 * have one number.
 */
function pairUp(
  theirs: readonly Attachment[],
  ours: readonly Attachment[],
  placements: readonly Placement[],
  leaving: readonly Leaving[],
  profile: Profile,
): { pending: Placement[]; gone: Leaving[] } {
  const gone = [...leaving];
  let room = profile.attachmentsPerSource - theirs.length - ours.length;
  const pending = placements.flatMap((placement): Placement[] => {
    const { attachment, to } = placement;
    if (attachment !== null) return needsChange(attachment, to) ? [placement] : [];
    const sameNumber = gone.findIndex((one) => one.attachment.settings.number === to.number);
    const at = sameNumber >= 0 ? sameNumber : room <= 0 ? 0 : -1;
    const replaced = gone[at];
    if (replaced === undefined) {
      room--;
      return [placement];
    }
    gone.splice(at, 1);
    return [{ ...placement, attachment: replaced.attachment }];
  });
  return { pending, gone };
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
): number | null {
  if (numbers === null) return null;
  const foreign = new Set(theirs.map(({ settings }) => settings.number));
  for (const direction of [1, -1]) {
    for (let number = wanted + direction; number >= numbers.lowest && number <= numbers.highest; number += direction) {
      if (foreign.has(number)) break;
      if (isFree(number)) return number;
    }
  }
  return null;
}
