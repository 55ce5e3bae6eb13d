import type { Config } from './config/config.ts';
import type { FaultCode } from './fault.ts';
import type { Change, Hold } from './plan/change.ts';
import type {
  AttachmentId,
  Cloud,
  Digest,
  Instant,
  MachineId,
  NonEmpty,
  Owner,
  RulesVersion,
  Scope,
  Selection,
  SourceId,
  Target,
  TargetId,
  World,
} from './words.ts';
import type { LaunchHook, Work } from './work.ts';
import type { JournalEntry } from './journal.ts';
import type { HoldCode } from './reason.ts';

/** What became of one change. Expected outcomes are values. */
export type Outcome =
  | { readonly kind: 'done'; readonly change: Change; readonly attachment: AttachmentId }
  /** The cloud refuses for a reason that time or a person ends: the change is withheld. */
  | { readonly kind: 'held'; readonly change: Change; readonly hold: Hold }
  /** What was to be changed is no longer there, or was never there: nothing is left to do. */
  | { readonly kind: 'gone'; readonly change: Change; readonly detail: string }
  /** The world is not what was read (number taken, no room): re-read and plan again, once. */
  | { readonly kind: 'conflict'; readonly change: Change; readonly detail: string }
  | { readonly kind: 'failed'; readonly change: Change; readonly code: FaultCode; readonly detail: string };

/**
 * What a write is for: `event` is a machine that has just come, `bulk` is repair and backfill. Each lane has a queue and a share
 * of the cloud's write quota of its own, so that a backfill never starves a launch.
 */
export type Lane = 'event' | 'bulk';

/** One cloud, as the use case sees it. */
export interface MirrorCloud {
  readonly cloud: Cloud;
  /**
   * The scopes that this deployment keeps: those that it was told, or all that its identity sees.
   * @throws Fault when they have to be asked for and the cloud does not say.
   */
  scopes(): Promise<readonly Scope[]>;
  /** Whether this deployment keeps a scope; asks nothing of the cloud. */
  keeps(scope: Scope): boolean;
  /**
   * Reads what exists. What cannot be read is listed in `World.incomplete`, page by page complete or not at all.
   * @throws Fault `denied`, `throttled` or `unreachable` only when nothing at all can be read.
   */
  read(scope: Scope, selection: Selection): Promise<World>;
  /**
   * Forgets what is remembered of a scope's targets and filters between reads, so that the next read asks for them, and says
   * whether there was anything that is old enough to be worth it: a destination that stays missing must not double the reads.
   */
  forget(scope: Scope): boolean;
  /**
   * Looks closer at targets that something is about to be attached to: the same targets in the same order, with `unhealthy`, `unchecked`,
   * `capacity` and `load` as they are now. What is remembered from a moment ago is not asked for again. Never throws: what
   * cannot be told speaks against nothing.
   */
  inspect(scope: Scope, targets: NonEmpty<Target>): Promise<NonEmpty<Target>>;
  /**
   * Carries out one change, with the mark of `owner` on what it creates, at the pace of its lane. Never throws for what the
   * cloud says.
   * @param endsAtMs When the process is stopped whatever it is doing; `null`: it is not. What the cloud has begun and is still doing
   * shortly before that is a conflict: it is looked at again.
   */
  apply(scope: Scope, change: Change, owner: Owner, lane: Lane, endsAtMs: number | null): Promise<Outcome>;
  /**
   * Lets a machine go into service that its launch hook holds back. A hook that is completed already is no fault.
   * @throws Fault what the cloud said.
   */
  release(scope: Scope, hook: LaunchHook): Promise<void>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Where work waits. The two queues keep a backfill from starving a launch. */
export interface WorkQueues {
  /** @throws Fault `unreachable` or `denied`; nothing was queued that is not listed as such. */
  send(lane: Lane, work: NonEmpty<Work>, delaySeconds: number): Promise<void>;
}

export interface LoadedRules {
  readonly config: Config;
  readonly version: RulesVersion;
}

export interface RulesSource {
  /** Who has everything swept when other rules come into force: whoever finds them when loading, or a watcher who is told of them. */
  readonly followedBy: 'reader' | 'watcher';
  /** @throws Fault `config-invalid`: missing, denied or invalid; never taken for an empty set of rules. */
  load(): Promise<LoadedRules>;
}

/** SHA-256 in hexadecimal. */
export type Hash = (text: string) => string;

export interface Journal {
  write(entry: JournalEntry): void;
}

/** `observe` plans and prints, `enforce` also writes, `paused` acknowledges and does nothing. */
export type Mode = 'observe' | 'enforce' | 'paused';

/**
 * The disruptions of running machines of the last ten minutes: what events made in batches, and what sweeps of a whole scope
 * allowed. Many small ones are judged by what they are together, each attachment counted once.
 */
export interface RecentDisruptions {
  add(scope: Scope, basis: 'batch' | 'scope', disruptions: readonly Digest[], nowMs: number): void;
  of(scope: Scope, basis: 'batch' | 'scope', nowMs: number): ReadonlySet<Digest>;
}

/** One sweep. What another version of the rules handed on is not what this one hands on. */
export interface SweepRound {
  readonly scope: Scope;
  readonly rulesVersion: RulesVersion;
  readonly nowMs: number;
}

/** The rules that work was judged by, and when that was last so. */
export interface RulesBefore {
  readonly version: RulesVersion;
  readonly atMs: number;
}

/**
 * The sweeps that were asked for a moment ago. Many asking for the same are answered by one sweep at once and one after all
 * of them.
 */
export interface SweepRequests {
  /** After how many seconds to sweep, now that somebody asks for it in so many or later; `null`: a sweep that is still to come will do. */
  findDelay(scope: Scope, nowMs: number, leastSeconds: number): number | null;
  /** Nothing came of asking: whoever asks next is the first again. */
  withdraw(scope: Scope): void;
  /** Tells that a sweep has handed on what interrupts, source by source, as a mark of what is to be done there. */
  handOn(round: SweepRound, marks: ReadonlyMap<SourceId, Digest>): void;
  /** What sweeps by the same rules handed on so shortly ago that, as far as this process knows, the messages are still waiting. */
  handedOn(round: SweepRound): ReadonlyMap<SourceId, Digest>;
  /** Tells that a message about these sources was seen to its end. */
  conclude(scope: Scope, sources: readonly SourceId[]): void;
  /** When the window opens for which a sweep was asked last; `null`: none was. */
  findOpening(scope: Scope): number | null;
  /** Tells that a sweep was asked for when a window opens. */
  awaitOpening(scope: Scope, opensAtMs: number): void;
  /** Tells which rules work is judged by now; the result: the others that it was judged by before. `null`: it was not, or by the same. */
  judgeBy(version: RulesVersion, nowMs: number): RulesBefore | null;
  /** Tells that a sweep came to its end; the round is that of its beginning. */
  tellSwept(round: SweepRound): void;
  /** Whether a sweep by these rules that began at that time or later came to its end. */
  isSwept(round: SweepRound): boolean;
}

/** Why the cloud is not asked again for a while to change a running machine, since each attempt may interrupt it. */
export interface Refusal {
  readonly machine: MachineId;
  /** What was to be written; `null`: something was to be detached. */
  readonly target: TargetId | null;
  readonly code: Extract<HoldCode, 'needs-restart' | 'operation-failed'>;
  /** What the cloud said. */
  readonly detail: string;
  /** When it was tried; what happens to the machine after this may end it. */
  readonly at: Instant;
  /** When it is tried again all the same. */
  readonly until: Instant;
}

/** The right to change one unit of running machines: nobody else has it until it is released or lapses. */
export interface Turn {
  /** Until when another process last had a turn of this unit; what was read before that may not be so any more. `null`: none is known. */
  readonly otherTookAt: Instant | null;
  /** Whether the turn is still this process's: one that could not be kept up lapses. Asked before each change; without it none is begun. */
  isHeld(): boolean;
  /** Gives the turn back. Never throws: what is not given back lapses within a minute. */
  release(): Promise<void>;
  /** Keeps the turn up no more, and does not give it back: what was begun in it may still be going on. */
  lapse(): void;
}

/** What a turn is asked for. */
export interface TurnRequest {
  readonly scope: Scope;
  /** What changes one at a time: an availability set, a scale set, or a machine that is in neither. */
  readonly unit: string;
  /** How many units of the scope may change at a time. */
  readonly limit: number;
}

export type TurnAnswer =
  | { readonly kind: 'taken'; readonly turn: Turn }
  /** As many units as may are changing. */
  | { readonly kind: 'full' }
  /** The unit is changing. */
  | { readonly kind: 'busy' };

/**
 * What the processes of one deployment tell each other of running machines, so that together they interrupt no more of them, and
 * none more often, than they may. It holds no truth about attachments: losing all of it costs interruptions, nothing else.
 *
 * Each method throws a Fault (`unreachable`, `denied`) when the others cannot be told or asked; then nothing running is changed.
 */
export interface Interruptions {
  /** Takes a turn if there is one; never waits for one. */
  take(request: TurnRequest): Promise<TurnAnswer>;
  /** Whether as many units as may are changing, so that reading for the sake of a turn is in vain. Takes nothing. */
  isFull(scope: Scope, limit: number): Promise<boolean>;
  /** Tells that an event wants a running machine changed; the result is when the latest of such events happened. */
  stir(scope: Scope, machine: MachineId, happened: Instant): Promise<Instant>;
  /** When the latest event happened that wanted a running machine changed, as far as that was told; `null`: none was. */
  stirred(scope: Scope, machine: MachineId): Promise<Instant | null>;
  /** What is remembered of refusals in a scope, also of those that are over; `null`: of all machines. */
  refusals(scope: Scope, machines: NonEmpty<MachineId> | null): Promise<readonly Refusal[]>;
  /** Remembers a refusal, instead of an earlier one of the same machine and target. */
  refuse(scope: Scope, refusal: Refusal): Promise<void>;
  /** Forgets what was tried on these machines before something happened to them. */
  forgive(scope: Scope, machines: NonEmpty<MachineId>, happened: Instant): Promise<void>;
}

/** Everything that a use case needs, composed once per process; `mode` is read at every invocation. */
export interface Deps {
  readonly cloud: MirrorCloud;
  readonly queues: WorkQueues;
  readonly rules: RulesSource;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly hash: Hash;
  readonly recent: RecentDisruptions;
  readonly requests: SweepRequests;
  readonly interruptions: Interruptions;
  readonly mode: () => Mode;
  /** How many sources are changed at a time. */
  readonly parallelism: number;
  /** A new correlation id. */
  readonly newId: () => string;
}
