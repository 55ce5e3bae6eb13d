import type { NonEmpty, Scope, Subject } from '../shared/words.ts';
import type { Work } from '../shared/work.ts';
import { findAt, findTextAt } from './fields.ts';
import { findCorrelation, findScope, sinceOf } from './identity.ts';
import { patternOf, TRIGGERS, type Asked, type Pattern, type Trigger } from './triggers.ts';

/** What must be known beside an event to tell what it asks for. */
export interface IdentifyContext {
  /** The names of the roles that tapkeeper itself acts in, here and in member accounts. */
  readonly ownRoles: readonly string[];
  /** The scopes that this deployment keeps: a schedule is about all of them. */
  readonly scopes: readonly Scope[];
  readonly nowMs: number;
  readonly newId: () => string;
}

/**
 * What an event asks for. One of a known type that asks for nothing is ignored in silence; one that means nothing here is
 * unreadable, and somebody is told. `why` never holds contents of the event.
 */
export type Identified =
  | { readonly kind: 'work'; readonly work: NonEmpty<Work> }
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Subjects of one piece of work: as many as one filter of a describe call takes. */
const SUBJECTS_PER_WORK = 200;

/** The EventBridge patterns to deploy, by the names of their triggers; `ownRoles` as in {@link IdentifyContext}. */
export const patterns = (...ownRoles: readonly string[]): Readonly<Record<string, Pattern>> =>
  Object.fromEntries(TRIGGERS.map((trigger) => [trigger.name, patternOf(trigger, ownRoles)]));

/** What triggers make of an event's source and type, and of the call that it may be about. */
function triggerOf(event: unknown): Trigger | Extract<Identified, { why: string }> {
  const source = findTextAt(event, 'source');
  const detailType = findTextAt(event, 'detail-type');
  const ofType = TRIGGERS.filter((trigger) => trigger.source === source && trigger.detailType === detailType);
  if (ofType.length === 0) return { kind: 'unreadable', why: 'no trigger is about events of its source and type' };
  const call = findTextAt(event, 'detail', 'eventName');
  const found = ofType.find(({ calls }) => calls === null || (call !== null && calls.includes(call)));
  if (found !== undefined) return found;
  if (call === null) return { kind: 'unreadable', why: 'the event has no detail.eventName' };
  return { kind: 'ignored', why: 'the call is not one that is looked at' };
}

/** Whether a call was made in a role of our own: its session's ARN says so, whatever the session is called. */
function isOwnCall(event: unknown, { ownRoles }: IdentifyContext, scope: Scope): boolean {
  const [, , service, , account, resource] = findTextAt(event, 'detail', 'userIdentity', 'arn')?.split(':') ?? [];
  if (service !== 'sts' || account !== scope.account) return false;
  return ownRoles.some((role) => resource?.startsWith(`assumed-role/${role}/`));
}

/** Why a call asks for nothing, or `null`. Rules may be deployed otherwise than the patterns say: all is checked again. */
function findCallObjection(event: unknown, context: IdentifyContext, scope: Scope): string | null {
  // Other services have calls of the same names: EFS has CreateTags, GameLift has CreateFleet.
  if (findTextAt(event, 'detail', 'eventSource') !== 'ec2.amazonaws.com') return 'the call is one of another service';
  if (findAt(event, 'detail', 'errorCode') !== null) return 'the call was refused';
  return isOwnCall(event, context, scope) ? 'the call is our own' : null;
}

function toGroups(subjects: NonEmpty<Subject>): NonEmpty<NonEmpty<Subject>> {
  const [first, ...rest] = subjects;
  const groups: [[Subject, ...Subject[]], ...[Subject, ...Subject[]][]] = [[first]];
  for (const subject of rest) {
    const last = groups.at(-1);
    if (last === undefined || last.length === SUBJECTS_PER_WORK) groups.push([subject]);
    else last.push(subject);
  }
  return groups;
}

/** The same, of a list that is not empty. */
const mapAll = <From, To>([first, ...rest]: NonEmpty<From>, to: (item: From) => To): NonEmpty<To> => [
  to(first),
  ...rest.map(to),
];

function toWork(asked: Asked, event: unknown, scope: Scope, context: IdentifyContext): Identified {
  const common = { correlation: findCorrelation(event) ?? context.newId(), since: sinceOf(event, context.nowMs) };
  switch (asked.kind) {
    case 'subjects':
      return {
        kind: 'work',
        work: mapAll(toGroups(asked.subjects), (subjects): Work => ({
          kind: 'look',
          scope,
          subjects,
          run: null,
          hook: subjects.some(({ id }) => id === asked.hook?.machine) ? asked.hook : null,
          isRestart: false,
          askedBy: 'event',
          waiting: [],
          ...common,
        })),
      };
    case 'sweep':
      return { kind: 'work', work: [{ kind: 'sweep', scope, follows: null, ...common }] };
    case 'sweep-all': {
      const [first, ...rest] = context.scopes;
      const toSweep = (one: Scope): Work => ({ kind: 'sweep', scope: one, follows: null, ...common });
      return first === undefined
        ? { kind: 'ignored', why: 'this deployment keeps no scope' }
        : { kind: 'work', work: mapAll([first, ...rest], toSweep) };
    }
    case 'ignored':
    case 'unreadable':
      return asked;
  }
}

/**
 * Auto Scaling sends such a message, which is no event, wherever a hook's messages are to go
 * (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html).
 */
const TRIES_THE_WAY = 'autoscaling:TEST_NOTIFICATION';

/**
 * What an EventBridge event asks to look at: identities, never truth. It never throws. Whether its scope is one of ours is
 * told where work is done, and there it is logged.
 */
export function identify(event: unknown, context: IdentifyContext): Identified {
  if (findTextAt(event, 'Event') === TRIES_THE_WAY) {
    return { kind: 'ignored', why: 'Auto Scaling tries whether its messages arrive' };
  }
  if (findTextAt(event, 'source') === null || findTextAt(event, 'detail-type') === null) {
    return { kind: 'unreadable', why: 'it is no EventBridge event: it has no source or no detail-type' };
  }
  const trigger = triggerOf(event);
  if ('why' in trigger) return trigger;
  const scope = findScope(event);
  if (scope === null) return { kind: 'unreadable', why: 'the event has no account or no region' };
  const objection = trigger.calls === null ? null : findCallObjection(event, context, scope);
  if (objection !== null) return { kind: 'ignored', why: objection };
  return toWork(trigger.read(event), event, scope, context);
}
