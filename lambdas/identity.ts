import { findEpochMs, parseAccountId, parseMachineId, parseRegion, parseSourceId, toInstant } from '../shared/ids.ts';
import type { Instant, MachineId, NonEmpty, Scope, Subject } from '../shared/words.ts';
import type { LaunchHook } from '../shared/work.ts';
import { findAt, findTextAt } from './fields.ts';

/**
 * The instance or the network interface that an id is of, or `null`: `eni-attach-…`, the id of an attachment, begins like
 * an interface's and is none.
 */
export function findSubject(text: string | null): Subject | null {
  const id = text?.trim().toLowerCase() ?? '';
  if (/^i-[0-9a-z]{1,64}$/.test(id)) return { kind: 'machine', id: parseMachineId(id) };
  if (/^eni-[0-9a-z]{1,64}$/.test(id)) return { kind: 'source', id: parseSourceId(id) };
  return null;
}

/** The subjects among ids, each once, or `null` when there is none. */
export function findSubjects(ids: readonly (string | null)[]): NonEmpty<Subject> | null {
  const found = ids.map(findSubject).filter((subject) => subject !== null);
  const [first, ...rest] = new Map(found.map((subject) => [subject.id, subject])).values();
  return first === undefined ? null : [first, ...rest];
}

/** An account id; where it was written as a number it has lost its leading zeros. */
function findAccount(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
  return /^\d{1,12}$/.test(text) ? text.padStart(12, '0') : null;
}

/** The account and region of an event, or `null` when it does not say. */
export function findScope(event: unknown): Extract<Scope, { cloud: 'aws' }> | null {
  const account = findAccount(findAt(event, 'account'));
  const region = findTextAt(event, 'region');
  if (account === null || region === null || !/^[a-z0-9-]{4,32}$/i.test(region)) return null;
  return { cloud: 'aws', account: parseAccountId(account), region: parseRegion(region) };
}

/** When an event happened; one that does not say, or is of the future, happened now: it would be looked at until then. */
export const sinceOf = (event: unknown, nowMs: number): Instant =>
  toInstant(Math.min(findEpochMs(findTextAt(event, 'time') ?? '') ?? nowMs, nowMs));

/** The id of an event, under which it is logged, or `null` when it has none that can stand in a log. */
export function findCorrelation(event: unknown): string | null {
  const id = findTextAt(event, 'id');
  return id !== null && /^[\w-]{1,64}$/.test(id) ? id : null;
}

/** The longest name that Auto Scaling gives out; its tokens are shorter. */
const LONGEST_NAME = 255;

/**
 * The launch hook of an Auto Scaling message, or `null` when it does not name one: the machine is looked at all the same
 * (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CompleteLifecycleAction.html).
 */
export function findHook(detail: unknown, machine: MachineId): LaunchHook | null {
  const nameAt = (key: string): string | null => {
    const text = findTextAt(detail, key);
    return text !== null && text.length <= LONGEST_NAME ? text : null;
  };
  const group = nameAt('AutoScalingGroupName');
  const name = nameAt('LifecycleHookName');
  return group === null || name === null ? null : { group, name, token: nameAt('LifecycleActionToken'), machine };
}
