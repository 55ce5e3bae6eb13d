import { findAt, findJson, findRecord, findTextAt, listAt } from '../../json.ts';
import type { Answer } from '../traffic/wire.ts';
import { cleaned } from './clean.ts';

/** A policy that denied something. */
export interface Policy {
  /** What people call the assignment, or its name. */
  readonly name: string;
  /** The assignment's id, whose beginning is the scope that it holds for; `null` when it is not told. */
  readonly assignment: string | null;
}

/** What Azure said when it refused. */
export interface Refusal {
  /** `answer`: the call was not accepted and changed nothing; `operation`: it was accepted, and failed on the way. */
  readonly phase: 'answer' | 'operation';
  /** `null` when the status told nothing: the state of an operation that failed comes with a 200. */
  readonly status: number | null;
  /** The error's code and those of its details, outermost first. */
  readonly codes: readonly string[];
  /** The messages of the same, without names of people and without the queries of addresses. */
  readonly said: string;
  readonly policies: readonly Policy[];
  readonly retryAfterSeconds: number | null;
}

/** The refusal in an answer to a call, or `null` when it is none. */
export const findRefusal = (answer: Answer): Refusal | null =>
  answer.status < 400 ? null : toRefusal(answer.body, { status: answer.status, wait: findRetryAfterSeconds(answer) });

/** What the body of an error says. */
export function toRefusal(
  body: unknown,
  { status, wait }: { readonly status: number | null; readonly wait: number | null },
): Refusal {
  const errors = flatten(body, 0).slice(0, MOST_ERRORS);
  const messages = errors.flatMap((error) => withoutJson(findTextAt(error, 'message') ?? ''));
  const said = [...new Set(messages)].filter((message) => message !== '').join(' ');
  return {
    phase: 'answer',
    status,
    codes: errors.map((error) => cleaned(findTextAt(error, 'code') ?? '', LONGEST_NAME)).filter((code) => code !== ''),
    said: cleaned(said, LONGEST_SAID),
    policies: policiesOf(errors),
    retryAfterSeconds: wait,
  };
}

/** The same of an operation that was accepted. */
export const halfWay = (refusal: Refusal): Refusal => ({ ...refusal, phase: 'operation' });

/** Whole seconds, or a date, which is compared with the answer's own: the two clocks may differ. */
export function findRetryAfterSeconds({ headers }: Answer): number | null {
  const text = headers['retry-after'];
  if (text === undefined || text.trim() === '') return null;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds : null;
  const waitMs = Date.parse(text) - Date.parse(headers['date'] ?? '');
  return Number.isFinite(waitMs) ? Math.max(0, Math.ceil(waitMs / 1000)) : null;
}

const LONGEST_SAID = 1000;
const LONGEST_NAME = 200;
const LONGEST_ID = 500;
const MOST_ERRORS = 30;
/** A list and what is in it are two steps. */
const DEEPEST = 24;

/**
 * An error with all that is in it, outermost first. Resource Manager nests `details`, providers add `innererror`, and some hand
 * on what another service said as JSON in the text of a message.
 * https://github.com/microsoft/api-guidelines/blob/vNext/azure/Guidelines.md (errors)
 */
function flatten(value: unknown, depth: number): readonly unknown[] {
  if (depth > DEEPEST) return [];
  if (typeof value === 'string') return flatten(findEmbedded(value), depth + 1);
  if (Array.isArray(value)) return value.flatMap((one) => flatten(one, depth + 1));
  if (findRecord(value) === null) return [];
  const wrapped = findAt(value, 'error');
  if (findRecord(wrapped) !== null || typeof wrapped === 'string') return flatten(wrapped, depth + 1);
  const within = [findAt(value, 'details'), findAt(value, 'innererror'), findTextAt(value, 'message')];
  return [value, ...within.flatMap((one) => flatten(one, depth + 1))];
}

/** What stands from the first bracket to the last, where JSON in a text would be. */
function findBrackets(text: string): readonly [from: number, to: number] | null {
  const openings = ['{', '['].map((bracket) => text.indexOf(bracket)).filter((at) => at >= 0);
  const from = Math.min(...openings);
  const to = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'));
  return openings.length > 0 && from < to ? [from, to + 1] : null;
}

/** JSON in a text, or `null`. */
function findEmbedded(text: string): unknown {
  const found = findBrackets(text);
  return found === null ? null : findJson(text.slice(...found));
}

function withoutJson(text: string): string {
  const found = findEmbedded(text) === null ? null : findBrackets(text);
  return found === null ? text : `${text.slice(0, found[0])}${text.slice(found[1])}`.trim();
}

/**
 * The assignments that denied: in `additionalInfo`, or as "Policy identifiers" in the text of the message.
 * https://learn.microsoft.com/azure/governance/policy/troubleshoot/general (RequestDisallowedByPolicy)
 */
function policiesOf(errors: readonly unknown[]): readonly Policy[] {
  const infos = errors.flatMap((error) => listAt(error, 'additionalInfo').map((one) => toJson(findAt(one, 'info'))));
  const named = errors.flatMap((error) => {
    const assignment = findAt(error, 'policyAssignment');
    return findRecord(assignment) === null ? [] : [assignment];
  });
  const policies = [
    ...infos.map((info) => findPolicy(info, 'policyAssignment')),
    ...named.map((assignment) => findPolicy(assignment, '')),
  ].filter((policy) => policy !== null);
  return [...new Map(policies.map((policy) => [policy.assignment ?? policy.name, policy])).values()];
}

function findPolicy(info: unknown, prefix: string): Policy | null {
  const assignment = findTextAt(info, `${prefix}Id`);
  const name =
    findTextAt(info, `${prefix}DisplayName`) ?? findTextAt(info, `${prefix}Name`) ?? assignment?.split('/').at(-1);
  if (name === undefined) return null;
  return {
    name: cleaned(name, LONGEST_NAME),
    assignment: assignment === null ? null : cleaned(assignment, LONGEST_ID),
  };
}

const toJson = (value: unknown): unknown => (typeof value === 'string' ? findJson(value) : value);
