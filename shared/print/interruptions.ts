import type { Change, Interruption, Plan } from '../plan/change.ts';
import type { SourceId } from '../words.ts';
import { printable } from './printable.ts';
import { shortId } from './short-id.ts';

/** Machines that are named in a sentence; the lines of the changes name them all. */
const MOST_NAMED = 10;

/** Whom plans would interrupt and how often, in one sentence; empty when nobody is. */
export function sayInterruptions(plans: readonly Plan[]): string {
  const all = plans.flatMap(({ interruptions }) => interruptions);
  if (all.length === 0) return '';
  const often = all.filter(({ times }) => times > 1);
  const machines = all.length === 1 ? '1 running machine' : `${all.length} running machines`;
  return `${machines} would be interrupted${often.length === 0 ? '' : `, ${sayOften(all, often)}`}`;
}

/** The same with their names, those that are interrupted more often first. */
export function nameInterruptions(plan: Plan): string {
  const sentence = sayInterruptions([plan]);
  if (sentence === '') return '';
  const ordered = plan.interruptions.toSorted((a, b) => b.times - a.times);
  const named = ordered.slice(0, MOST_NAMED).map(nameOne);
  const rest = ordered.length - named.length;
  return `${sentence}: ${[...named, ...(rest === 0 ? [] : [`${rest} more`])].join(', ')}`;
}

const nameOne = ({ machine, times }: Interruption): string =>
  printable(shortId(machine)) + (times === 1 ? '' : ` ${sayTimes(times)}`);

function sayOften(all: readonly Interruption[], often: readonly Interruption[]): string {
  const most = Math.max(...often.map(({ times }) => times));
  const how = often.every(({ times }) => times === most) ? sayTimes(most) : `up to ${sayTimes(most)}`;
  if (all.length === 1) return how;
  return `${often.length === 1 ? 'one' : often.length} of them ${how}`;
}

const sayTimes = (times: number): string => (times === 2 ? 'twice' : `${times} times`);

/** The sources on which a plan's changes interrupt. */
export const interruptedIn = ({ interruptions }: Plan): ReadonlySet<SourceId> =>
  new Set(interruptions.flatMap(({ sources }) => sources));

/**
 * What a change means for its machine. A configuration is pointed at another VTAP by writing it again; where Azure refuses
 * that, it is deleted and made anew.
 */
export function nameInterruption({ kind, source }: Change, interrupted: ReadonlySet<SourceId>): string {
  if (!interrupted.has(source)) return '';
  return kind === 'retarget'
    ? 'interrupts its machine once, or twice if Azure refuses to move it in place'
    : 'interrupts its machine';
}
