import * as v from 'valibot';
import { parseAccountId, parseMachineId, parseRegion, parseSourceId } from './ids.ts';
import type { Run } from './plan/change.ts';
import type { Digest, Instant, MachineId, NonEmpty, RulesVersion, Scope, Subject } from './words.ts';

/** What waits on a queue: identities and a permission, never state. */
export type Work =
  | {
      readonly kind: 'look';
      readonly scope: Scope;
      readonly subjects: NonEmpty<Subject>;
      /** The permission that a sweep or a person gave; `null`: an event, judged by the deployment's mode. */
      readonly run: Run | null;
      readonly correlation: string;
      /** When the event happened that asks for this, to measure the time to the attachment. */
      readonly since: Instant;
      /** Who holds the machine back until this was looked at; `null`: nobody. */
      readonly hook: LaunchHook | null;
      /** Whether the event is that of a machine being started, deallocated or deleted: what it was refused for until then may be over. */
      readonly isRestart: boolean;
      /** Who asks in the end: what a person allowed no sweep finds again, so that it lives longer than what a sweep found. */
      readonly askedBy: 'event' | 'sweep' | 'person';
      /** The changes that it comes back with for their turn, as marks; they are journaled already. Empty: it waits for no turn. */
      readonly waiting: readonly Digest[];
    }
  | {
      readonly kind: 'sweep';
      readonly scope: Scope;
      readonly correlation: string;
      readonly since: Instant;
      /** The rules whose coming asks for it, to be followed by what was judged until `since`; `null`: something else asks for it. */
      readonly follows: RulesVersion | null;
    };

/**
 * A launch hook of an Auto Scaling group: the machine goes into service when the hook is completed, and its group stalls until
 * then (https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html).
 */
export interface LaunchHook {
  readonly group: string;
  readonly name: string;
  /** `null`: the machine alone says which launch is meant. */
  readonly token: string | null;
  readonly machine: MachineId;
}

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(2048));

const ScopeSchema = v.variant('cloud', [
  v.pipe(
    v.strictObject({ cloud: v.literal('aws'), account: text, region: text }),
    v.transform((scope): Scope => ({
      cloud: 'aws',
      account: parseAccountId(scope.account),
      region: parseRegion(scope.region),
    })),
  ),
  v.pipe(
    v.strictObject({ cloud: v.literal('azure'), account: text, region: v.null() }),
    v.transform((scope): Scope => ({ cloud: 'azure', account: parseAccountId(scope.account), region: null })),
  ),
]);

const SubjectSchema = v.variant('kind', [
  v.pipe(
    v.strictObject({ kind: v.literal('machine'), id: text }),
    v.transform(({ id }): Subject => ({ kind: 'machine', id: parseMachineId(id) })),
  ),
  v.pipe(
    v.strictObject({ kind: v.literal('source'), id: text }),
    v.transform(({ id }): Subject => ({ kind: 'source', id: parseSourceId(id) })),
  ),
]);

const DigestsSchema = v.pipe(
  v.array(
    v.pipe(
      text,
      v.transform((digest) => digest as Digest),
    ),
  ),
  v.maxLength(1000),
);

const RunSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('observe') }),
  v.strictObject({
    kind: v.literal('enforce'),
    seen: v.nullable(DigestsSchema),
    lift: v.array(v.picklist(['batch', 'limit', 'all'])),
  }),
]);

const HookSchema = v.pipe(
  v.strictObject({ group: text, name: text, token: v.nullable(text), machine: text }),
  v.transform((hook): LaunchHook => ({ ...hook, machine: parseMachineId(hook.machine) })),
);

const instant = v.pipe(
  text,
  v.isoTimestamp(),
  v.transform((at) => at as Instant),
);

const version = v.pipe(
  text,
  v.transform((digest) => digest as RulesVersion),
);

const LookSchema = v.pipe(
  v.strictObject({
    kind: v.literal('look'),
    scope: ScopeSchema,
    subjects: v.pipe(v.tupleWithRest([SubjectSchema], SubjectSchema), v.maxLength(1000)),
    run: v.nullable(RunSchema),
    correlation: text,
    since: instant,
    // Messages that were queued by an earlier version have none of these.
    hook: v.optional(v.nullable(HookSchema), null),
    isRestart: v.optional(v.boolean(), false),
    askedBy: v.optional(v.picklist(['event', 'sweep', 'person'])),
    waiting: v.optional(DigestsSchema, []),
  }),
  v.transform(({ askedBy, ...look }) => ({ ...look, askedBy: askedBy ?? (look.run === null ? 'event' : 'sweep') })),
);

const WorkSchema = v.variant('kind', [
  LookSchema,
  v.strictObject({
    kind: v.literal('sweep'),
    scope: ScopeSchema,
    correlation: text,
    since: instant,
    // Messages that were queued by an earlier version have none.
    follows: v.optional(v.nullable(version), null),
  }),
]);

/** A message body as work, or `null` when it is none (an event of the cloud, or not ours at all). */
export function findWork(body: unknown): Work | null {
  const parsed = v.safeParse(WorkSchema, body);
  return parsed.success ? parsed.output : null;
}
