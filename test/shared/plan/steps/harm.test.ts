import { describe, expect, it } from 'vitest';
import { parseAttachmentId, parseFilterId } from '../../../../shared/ids.ts';
import { judgeBetween, type Harm, type Session } from '../../../../shared/plan/steps/harm.ts';

/** One packet; `yes` accepts it, `no` rejects it, `mute` says nothing of it. */
const [yes, no, mute] = ['tmf-1', 'tmf-2', 'tmf-3'].map(parseFilterId);
const PACKET = new Map([
  [yes ?? null, 'accept'],
  [no ?? null, 'reject'],
  [mute ?? null, 'none'],
] as const);

const ours = (filter: Session['filter'] | undefined, number = 100): Session => ({
  filter: filter ?? null,
  number,
  theirs: null,
});
const their = (filter: Session['filter'] | undefined, number = 200): Session => ({
  ...ours(filter, number),
  theirs: parseAttachmentId('tms-theirs'),
});

/** Counted under both readings of a reject. */
const TABLE: readonly {
  readonly what: string;
  readonly before: readonly Session[];
  readonly between: readonly Session[];
  readonly after: readonly Session[];
  readonly harm: Harm;
}[] = [
  { what: 'nobody, ours, nobody', before: [], between: [ours(yes)], after: [], harm: { taken: 0, hidden: 0 } },
  { what: 'nobody, nobody, ours', before: [], between: [], after: [ours(yes)], harm: { taken: 0, hidden: 0 } },
  { what: 'ours, nobody, nobody', before: [ours(yes)], between: [], after: [], harm: { taken: 0, hidden: 0 } },
  {
    what: 'ours, another of ours, ours',
    before: [ours(yes)],
    between: [ours(yes, 300)],
    after: [ours(yes)],
    harm: { taken: 0, hidden: 0 },
  },
  {
    what: 'ours, nobody, ours',
    before: [ours(yes)],
    between: [ours(mute)],
    after: [ours(yes)],
    harm: { taken: 0, hidden: 2 },
  },
  {
    what: 'ours, ours behind what rejects, ours',
    before: [ours(yes)],
    between: [ours(no, 50), ours(yes)],
    after: [ours(yes)],
    harm: { taken: 0, hidden: 1 },
  },
  {
    what: 'theirs, ours, theirs',
    before: [their(yes)],
    between: [ours(yes), their(yes)],
    after: [their(yes)],
    harm: { taken: 2, hidden: 0 },
  },
  {
    what: 'theirs, ours behind theirs, theirs',
    before: [their(yes)],
    between: [ours(yes, 300), their(yes)],
    after: [their(yes)],
    harm: { taken: 0, hidden: 0 },
  },
  {
    what: 'theirs, ours, ours, as the destination may preempt',
    before: [their(yes)],
    between: [ours(yes), their(yes)],
    after: [ours(yes, 150), their(yes)],
    harm: { taken: 0, hidden: 0 },
  },
  {
    what: 'theirs, theirs behind what rejects, theirs',
    before: [their(yes)],
    between: [ours(no), their(yes)],
    after: [their(yes)],
    harm: { taken: 1, hidden: 1 },
  },
];

describe('a world on the way', () => {
  it.each(TABLE)('who mirrors a packet: $what', ({ before, between, after, harm }) => {
    expect(judgeBetween(before, after, [PACKET])(between)).toEqual(harm);
  });

  it('goes by the numbers of the sessions, not by the order in which they are told', () => {
    const judge = judgeBetween([their(yes)], [their(yes)], [PACKET]);
    expect(judge([their(yes), ours(yes)])).toEqual(judge([ours(yes), their(yes)]));
  });
});
