import type { Profile } from '../../profile.ts';
import type { DetachCode } from '../../reason.ts';
import type { Attachment, Settings } from '../../words.ts';
import { isSameSettings, settle } from '../settings.ts';
import type { Placement } from '../situation.ts';
import type { Wish } from '../wishes.ts';
import type { Mover } from './search.ts';

/** What becomes of one attachment: which wish it is made into, or why it goes. `from` and `to` are what it is and is to be. */
export type Part = Mover &
  (
    | { readonly kind: 'create'; readonly wish: Wish; readonly from: null; readonly to: Settings }
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
        readonly because: DetachCode;
        readonly from: Settings;
        readonly to: null;
      }
  );

export interface Leaving {
  readonly attachment: Attachment;
  readonly because: DetachCode;
}

/** How many may be there, and what is to come and to go. */
export interface Parting {
  readonly theirs: readonly Attachment[];
  readonly ours: readonly Attachment[];
  readonly placements: readonly Placement[];
  readonly leaving: readonly Leaving[];
  readonly profile: Profile;
}

/**
 * Who becomes what: each of ours the wish that was recognised in it. What must come while nothing can leave first is made out
 * of what leaves: where the source is full, or where both are to have one number.
 */
export function partsOf({ theirs, ours, placements, leaving, profile }: Parting): readonly Part[] {
  const left = [...leaving];
  let room = profile.attachmentsPerSource - theirs.length - ours.length;
  const coming = placements.flatMap(({ wish, attachment, to }): readonly Part[] => {
    if (attachment !== null) return needsChange(attachment, to) ? [toChange(wish, attachment, to)] : [];
    const sameNumber = left.findIndex((one) => one.attachment.settings.number === to.number);
    const replaced = left[sameNumber >= 0 ? sameNumber : room > 0 ? -1 : 0];
    if (replaced === undefined) {
      room--;
      return [{ kind: 'create', wish, from: null, to }];
    }
    left.splice(left.indexOf(replaced), 1);
    return [toChange(wish, replaced.attachment, settle(to, replaced.attachment.settings, profile))];
  });
  return [...coming, ...left.map(toRemoval)];
}

/** What failed, or is not listed by its target, is written again although nothing differs. */
const needsChange = ({ settings, state }: Attachment, to: Settings): boolean =>
  state !== 'ready' || !isSameSettings(settings, to);

const toChange = (wish: Wish, attachment: Attachment, to: Settings): Part => ({
  kind: 'change',
  wish,
  attachment,
  from: attachment.settings,
  to: needsChange(attachment, to) ? to : attachment.settings,
});

const toRemoval = ({ attachment, because }: Leaving): Part => ({
  kind: 'remove',
  attachment,
  because,
  from: attachment.settings,
  to: null,
});

/**
 * Every way to give the same parts to the same attachments, the way they were given first: all of ours bear one mark, so that
 * any of them can become any wish.
 */
export function castsOf(parts: readonly Part[], profile: Profile): readonly (readonly Part[])[] {
  const actors = parts.map((part) => (part.kind === 'create' ? null : part.attachment));
  const [, ...others] = permutationsOf(actors);
  return [parts, ...others.flatMap((order) => recast(parts, order, profile))];
}

/** None where nobody is to go. */
function recast(
  parts: readonly Part[],
  actors: readonly (Attachment | null)[],
  profile: Profile,
): readonly (readonly Part[])[] {
  const cast = parts.flatMap((part, at): readonly Part[] => {
    const attachment = actors[at] ?? null;
    if (part.kind === 'remove') return attachment === null ? [] : [toRemoval({ attachment, because: part.because })];
    const wished = { ...(part.wish.to ?? part.to), number: part.to.number };
    return attachment === null
      ? [{ kind: 'create', wish: part.wish, from: null, to: wished }]
      : [toChange(part.wish, attachment, settle(wished, attachment.settings, profile))];
  });
  return cast.length === parts.length ? [cast] : [];
}

/** The first is the order itself. */
function permutationsOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, at) => permutationsOf(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

/** How many are moved to another target, which takes packets from where they go now. */
export const retargetsIn = (parts: readonly Part[]): number =>
  parts.filter(({ from, to }) => from !== null && to !== null && from.target !== to.target).length;

/** How many calls it takes when nothing is put aside on the way. */
export const callsIn = (parts: readonly Part[]): number => parts.filter(({ from, to }) => from !== to).length;
