import type { Attachment, Settings } from '../words.ts';
import { relate, type Relation } from './coverage.ts';
import type { Situation, Taken, Turn } from './situation.ts';

/**
 * Who sees a packet first. AWS mirrors each packet once: sessions are tried in ascending number, and the first whose filter
 * accepts the packet takes it (https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-sessions.html).
 */
const isBefore = (a: number | null, b: number | null): boolean => a !== null && b !== null && a < b;

/** Whether the order of evaluation is another after the change. A retarget alone leaves it as it is. */
export const isNewlyOrdered = (own: Attachment | null, to: Settings): boolean =>
  own === null || own.settings.number !== to.number || own.settings.filter !== to.filter;

/** Others' sessions that would lose packets by the change: those that it comes before and did not, with the same filter. */
export function newlyPreempted({ situation, wish, own }: Turn, to: Settings): readonly Attachment[] {
  const { standing, filters } = situation;
  if (wish.destination.cloud !== 'aws' || wish.destination.mayPreempt) return [];
  return standing.theirs.filter(({ settings }) => {
    const wasBefore = own?.settings.filter === to.filter && isBefore(own.settings.number, settings.number);
    return (
      isBefore(to.number, settings.number) && !wasBefore && relate(to.filter, [settings.filter], filters) !== 'disjoint'
    );
  });
}

/** Others' sessions that are tried before a number. */
export const theirsBefore = ({ standing }: Situation, number: number | null): readonly Attachment[] =>
  standing.theirs.filter(({ settings }) => isBefore(settings.number, number));

/** How much of a session's packets those before it take: others' and ours that were placed already. */
export function shadowOn(situation: Situation, taken: readonly Taken[], to: Settings): Relation {
  const before = [
    ...theirsBefore(situation, to.number).map(({ settings }) => settings.filter),
    ...taken.filter(({ number }) => isBefore(number, to.number)).map(({ filter }) => filter),
  ];
  return relate(to.filter, before, situation.filters);
}

/** Whether an attachment of others already does all that is wished. */
export const does = ({ filters }: Situation, their: Attachment, to: Settings): boolean =>
  their.state === 'ready' &&
  their.settings.target === to.target &&
  relate(to.filter, [their.settings.filter], filters) === 'covered';
