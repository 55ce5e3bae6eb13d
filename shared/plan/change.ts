import type { DetachCode, HoldCode, NoteCode } from '../reason.ts';
import type {
  AttachmentId,
  DestinationName,
  Digest,
  MachineId,
  NonEmpty,
  RuleName,
  RulesVersion,
  Scope,
  Selection,
  Settings,
  SourceId,
} from '../words.ts';

/** What a change is about, in every item of a plan. */
interface About {
  readonly source: SourceId;
  readonly machine: MachineId | null;
}

interface Wished {
  readonly destination: DestinationName;
  /** The rules that wish it, in file order. */
  readonly rules: readonly RuleName[];
}

export interface Attach extends About, Wished {
  readonly kind: 'attach';
  readonly to: Settings;
}

/** A change in place that leaves the target as it is. */
export interface Modify extends About, Wished {
  readonly kind: 'modify';
  readonly attachment: AttachmentId;
  readonly from: Settings;
  readonly to: Settings;
}

/** A change in place that moves the attachment to another target. */
export interface Retarget extends About, Wished {
  readonly kind: 'retarget';
  readonly attachment: AttachmentId;
  readonly from: Settings;
  readonly to: Settings;
}

export interface Detach extends About {
  readonly kind: 'detach';
  readonly attachment: AttachmentId;
  readonly from: Settings;
  readonly because: DetachCode;
}

/** The closed set of verbs. Changes of one source are applied in plan order, one after the other. */
export type Change = Attach | Modify | Retarget | Detach;

/** Wanted and withheld. */
export interface Hold extends About {
  readonly code: HoldCode;
  readonly destination: DestinationName | null;
  readonly rules: readonly RuleName[];
  /** The attachment of ours that stays as it is because of this hold; `null` when there is none. */
  readonly keeps: AttachmentId | null;
  /** Attachments of others, or of ours, that stand in the way. */
  readonly blockedBy: readonly AttachmentId[];
  /** What is withheld and why, in words. */
  readonly detail: string;
}

/** An attachment that does what is wished, ours or (`satisfied-by-theirs`) others'. */
export interface Keep extends About, Wished {
  readonly attachment: AttachmentId;
  readonly isOurs: boolean;
}

export interface Note extends About {
  readonly code: NoteCode;
  readonly destination: DestinationName | null;
  readonly rules: readonly RuleName[];
  readonly detail: string;
}

/**
 * A running machine that the plan's changes may interrupt, and how often: once for each attachment that is written or deleted
 * (https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview), so twice where one is deleted and another created.
 */
export interface Interruption {
  readonly machine: MachineId;
  /** On which of its interfaces, sorted. */
  readonly sources: NonEmpty<SourceId>;
  /** 1 or more; machines that are not interrupted are not listed. */
  readonly times: number;
}

/**
 * What would be done in one scope and why the rest is not: plain data, sorted, the same for the command line, the endpoint,
 * the page and the log. Applying its changes in order, source by source, is safe at every step.
 */
export interface Plan {
  readonly scope: Scope;
  readonly selection: Selection;
  readonly rulesVersion: RulesVersion;
  readonly changes: readonly Change[];
  readonly holds: readonly Hold[];
  readonly keeps: readonly Keep[];
  readonly notes: readonly Note[];
  /** Running machines that the changes may interrupt, sorted; always empty on a cloud where nothing does. */
  readonly interruptions: readonly Interruption[];
  /** What could not be read, in words; empty when the read is complete. */
  readonly incomplete: readonly string[];
  readonly guard: Verdict;
}

/** The names under which a trip of the guard is lifted. */
export type TripName = 'batch' | 'limit' | 'all';

export interface Trip {
  readonly name: TripName;
  /** The numbers, in words: how many would go, of how many, and the limit. */
  readonly detail: string;
}

/** What the guard says of a plan's detaches and retargets (its disruptions) of running machines. */
export interface Verdict {
  readonly disruptions: number;
  readonly trips: readonly Trip[];
  readonly lifted: readonly TripName[];
  /** Of the disruptions as planned before anything was withheld: what a person or a sweep has seen and allows. */
  readonly digest: Digest;
}

/** What a plan is after: attachments as the rules wish them, or none of ours, whatever rules and policy say. */
export type Aim = 'wished' | 'drained';

/**
 * The permission to act. `seen` are the digests of the single disruptions that a sweep has looked at: a batch may
 * disrupt these and no others; `null`: none were looked at.
 */
export type Run =
  | { readonly kind: 'observe' }
  | { readonly kind: 'enforce'; readonly seen: readonly Digest[] | null; readonly lift: readonly TripName[] };
