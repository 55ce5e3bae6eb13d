import type { FaultCode } from '../../shared/fault.ts';
import type { Mode } from '../../shared/ports.ts';
import type { HoldCode, NoteCode } from '../../shared/reason.ts';
import type { Cloud, Instant, Scope } from '../../shared/words.ts';

/** Everything that the page shows, sent whole whenever it changes: plain data, and text that nobody has to trust. */
export interface PageState {
  readonly mode: Mode;
  readonly rules: RulesView;
  readonly clouds: readonly CloudView[];
  readonly latency: Latency;
  /** Newest first. */
  readonly feed: readonly FeedItem[];
}

/** Which rules are in force, and what is wrong with the file if it is not those. */
export interface RulesView {
  readonly path: string;
  readonly version: string | null;
  readonly rules: number;
  readonly destinations: number;
  /** `kept`: the file does not parse and the last good rules go on. */
  readonly state: 'in-force' | 'kept';
  /** Every problem of the file, with line and column; empty when there is none. */
  readonly problems: string;
  /** The tag that the buttons set: what the first rule that reads a tag listens to; `null` when none does. */
  readonly tag: { readonly name: string; readonly value: string } | null;
}

/** From the event to the attachment. */
export interface Latency {
  readonly lastMs: number | null;
  readonly medianMs: number | null;
  readonly count: number;
}

export interface CloudView {
  readonly cloud: Cloud;
  readonly scope: Scope;
  readonly title: string;
  readonly endpoint: string;
  /** Why nothing can be shown; `null` when it was read. */
  readonly error: string | null;
  readonly guard: readonly string[];
  readonly incomplete: readonly string[];
  /** What a plan made now would do, in one sentence. */
  readonly summary: string;
  readonly machines: readonly MachineView[];
  /** How many machines are not in the list, to keep the page readable. */
  readonly omitted: number;
}

export interface MachineView {
  /** `null`: interfaces that belong to no machine. */
  readonly id: string | null;
  readonly title: string;
  readonly subtitle: string;
  readonly state: 'running' | 'stopped' | 'changing' | 'gone' | 'none';
  readonly tags: readonly TagView[];
  readonly interfaces: readonly InterfaceView[];
}

export interface TagView {
  readonly name: string;
  readonly value: string;
}

export interface InterfaceView {
  readonly id: string;
  readonly title: string;
  readonly state: 'attached' | 'changing' | 'detached';
  readonly tags: readonly TagView[];
  readonly attachments: readonly AttachmentView[];
  readonly reasons: readonly ReasonView[];
}

export interface AttachmentView {
  readonly id: string;
  readonly title: string;
  readonly isOurs: boolean;
  readonly number: number | null;
  /** The name that the rules give it, or the target. */
  readonly destination: string;
  readonly state: 'ready' | 'changing' | 'failed' | 'unlisted';
}

/** Why an interface is not, or not wholly, as somebody may expect it. */
export interface ReasonView {
  readonly tone: 'hold' | 'note' | 'pending' | 'quiet';
  readonly code: HoldCode | NoteCode | 'pending' | 'not-wished';
  readonly text: string;
  readonly remedy: string;
}

/** One thing that happened. */
export interface FeedItem {
  readonly id: number;
  readonly at: Instant;
  readonly cloud: Cloud | null;
  readonly tone: 'add' | 'change' | 'remove' | 'hold' | 'alarm' | 'faint' | 'person';
  readonly text: string;
  readonly code: FaultCode | null;
  /** From the event to the attachment; `null` where nothing was attached. */
  readonly afterMs: number | null;
}
