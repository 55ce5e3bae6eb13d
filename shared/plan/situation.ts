import type { Profile } from '../profile.ts';
import type { HoldCode, NoteCode } from '../reason.ts';
import type { Attachment, FilterId, Settings, TargetId } from '../words.ts';
import type { Filters } from './coverage.ts';
import type { Matching } from './match.ts';
import type { Withheld } from './offers.ts';
import type { Loads, Wish } from './wishes.ts';
import type { Standing } from './world-index.ts';

/** One source as its slots see it. */
export interface Situation {
  readonly profile: Profile;
  readonly standing: Standing;
  /** In order, none twice. */
  readonly wishes: readonly Wish[];
  readonly filters: Filters;
  readonly loads: Loads;
  /** How many attachments may be ours. */
  readonly slots: number;
  /** Why this interface cannot be mirrored at all. */
  readonly unfit: Withheld | null;
  readonly restraints: Restraints;
}

/** What must not be done on a source, whatever the rules say. It enters before the diff, as slots that are occupied. */
export interface Restraints {
  /** Nothing may be written. */
  readonly write: Withheld | null;
  /** Nothing of ours may be detached. */
  readonly detach: Withheld | null;
  /** Nothing of ours may be moved to another target. */
  readonly retarget: Withheld | null;
  /** Nothing may be written, though it could be: it would interrupt a machine that is to be left alone now. */
  readonly interrupt: Withheld | null;
  /** What no wish was recognised in stays: a rule wishes something that cannot be told, or to detach was refused a while ago. */
  readonly unrecognised: Withheld | null;
}

/** A wish that gets its slot. */
export interface Placement {
  readonly wish: Wish;
  /** The attachment of ours that is this wish; `null`: it is to be created. */
  readonly attachment: Attachment | null;
  readonly to: Settings;
}

export interface Withholding {
  /** `null`: it is about an attachment that no wish was recognised in. */
  readonly wish: Wish | null;
  readonly code: HoldCode;
  readonly detail: string;
  readonly keeps: Attachment | null;
  readonly blockedBy: readonly Attachment[];
}

export interface Remark {
  readonly wish: Wish;
  readonly code: NoteCode;
  readonly detail: string;
}

/** A place in the order of evaluation and who has it: an attachment as it is, or as it will be. */
export interface Place {
  /** `null`: it is to be created. */
  readonly attachment: Attachment | null;
  /** What messages call it. */
  readonly name: string;
  readonly number: number | null;
  readonly filter: FilterId | null;
  readonly target: TargetId;
}

/** Where an attachment stands now. */
export const placeOf = (attachment: Attachment): Place => ({
  attachment,
  name: attachment.id,
  number: attachment.settings.number,
  filter: attachment.settings.filter,
  target: attachment.settings.target,
});

/** Ours that stay as they are, so that nobody else gets their numbers, and why; `null`: no wish was recognised in them. */
export type Staying = ReadonlyMap<Attachment, Objection | null>;

/** Why a wish is held, and by whose attachments. */
export interface Objection {
  readonly hold: Withheld;
  readonly blockedBy: readonly Attachment[];
}

/** One wish's place in the order: everything that is known when its turn comes. */
export interface Turn {
  readonly situation: Situation;
  readonly matching: Matching;
  readonly staying: Staying;
  /** Wishes that a session of others would satisfy if no later wish took its packets first. */
  readonly outrun: ReadonlySet<Wish>;
  /** The places, and the room, that wishes before it were given. */
  readonly taken: readonly Place[];
  readonly wish: Wish;
  /** The attachment of ours that is this wish. */
  readonly own: Attachment | null;
}

const mayNotDetach = ({ write, detach }: Restraints): boolean => write !== null || detach !== null;

/** How many of ours come before this place in the order; those that must not be detached have their room already. */
export function oursBefore({ situation, matching, taken, own }: Turn): number {
  const isWaiting = (one: Attachment): boolean => one !== own && !taken.some(({ attachment }) => attachment === one);
  return taken.length + (mayNotDetach(situation.restraints) ? [...matching.of.values()].filter(isWaiting).length : 0);
}

/** Whether there is room for one more at this place in the order. */
export function hasRoom(turn: Turn): boolean {
  const { standing, profile, slots, restraints } = turn.situation;
  if (turn.own !== null && mayNotDetach(restraints)) return true;
  const ours = oursBefore(turn);
  return ours < slots && standing.theirs.length + ours < profile.attachmentsPerSource;
}

/** Whether there would be room if ours could be detached, which only a closed window forbids. */
export function hasRoomInWindow(turn: Turn): boolean {
  const { situation } = turn;
  const { restraints } = situation;
  if (restraints.detach?.code !== 'outside-window') return false;
  return hasRoom({ ...turn, situation: { ...situation, restraints: { ...restraints, detach: null } } });
}
