import type { FaultCode } from './fault.ts';
import type { Change, Hold, Note, Trip } from './plan/change.ts';
import type { Lane } from './ports.ts';
import type { AttachmentId, Instant, MachineId, RulesVersion, Scope } from './words.ts';

/** What every line carries. */
interface Line {
  readonly correlation: string;
  readonly scope: Scope | null;
  readonly rulesVersion: RulesVersion | null;
}

/** One line of the structured log; adapters write it as JSON and count it as metrics. Events are never in it. */
export type JournalEntry = Line &
  (
    | { readonly kind: 'planned'; readonly change: Change }
    | {
        readonly kind: 'applied';
        readonly change: Change;
        readonly attachment: AttachmentId;
        readonly since: Instant;
        readonly tookMs: number;
      }
    | { readonly kind: 'held'; readonly hold: Hold }
    | { readonly kind: 'noted'; readonly note: Note }
    | { readonly kind: 'refused'; readonly change: Change; readonly code: FaultCode; readonly detail: string }
    | { readonly kind: 'gone'; readonly change: Change; readonly detail: string }
    /** Time ran short: so many sources went back to the queue. */
    | { readonly kind: 'continued'; readonly sources: number }
    /** So many messages of a queue were given up; they are kept until a person has looked at them. */
    | { readonly kind: 'dead-letters'; readonly lane: Lane; readonly messages: number }
    /** A machine that a launch hook held back went into service. */
    | { readonly kind: 'released'; readonly machine: MachineId; readonly group: string }
    | { readonly kind: 'guard-tripped'; readonly trips: readonly Trip[] }
    | { readonly kind: 'incomplete'; readonly why: readonly string[] }
    | { readonly kind: 'fault'; readonly code: FaultCode; readonly detail: string }
    | {
        readonly kind: 'finished';
        readonly trigger: 'change' | 'sweep' | 'resync';
        readonly mode: 'observe' | 'enforce' | 'paused';
        readonly counts: Readonly<Record<string, number>>;
        readonly tookMs: number;
      }
  );
