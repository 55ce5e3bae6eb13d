import * as fc from 'fast-check';
import {
  findOwner,
  parseAttachmentId,
  parseDestinationName,
  parseFilterId,
  parseRegion,
  parseRuleName,
  parseSourceId,
  parseTargetId,
} from '../../shared/ids.ts';
import { toFilters } from '../../shared/plan/coverage.ts';
import type { Placement } from '../../shared/plan/situation.ts';
import type { Course } from '../../shared/plan/steps/order.ts';
import { withoutDuplicates, type Wish } from '../../shared/plan/wishes.ts';
import { match } from '../../shared/plan/match.ts';
import { settle } from '../../shared/plan/settings.ts';
import { PROFILES } from '../../shared/profile.ts';
import type { Attachment, Filter, Owner, Settings } from '../../shared/words.ts';
import { filter } from './packets.ts';

/** What is to become of one source, drawn without regard to rules: few numbers, targets and filters, so that they collide. */
export interface CourseCase {
  readonly course: Course;
  readonly filters: readonly Filter[];
}

const NUMBERS = [1, 2, 3, 100, 101, 102, 32765, 32766] as const;
const TARGETS = ['tmt-a', 'tmt-b', 'tmt-c'] as const;
const FILTERS = ['tmf-a', 'tmf-b', 'tmf-c', 'tmf-d'] as const;
const MARK = { owner: findOwner('soc') as Owner, version: 'v1' } as const;

const pair = fc.record({ target: fc.constantFrom(...TARGETS), filter: fc.constantFrom(...FILTERS) });

/** Wishes are for different things, and so is what was made of earlier ones. */
const pairs = (range: { readonly minLength: number; readonly maxLength: number }) =>
  fc.uniqueArray(pair, { ...range, selector: ({ target, filter }) => `${target} ${filter}` });

const toSettings = (one: { readonly target: string; readonly filter: string }, number: number): Settings => ({
  target: parseTargetId(one.target),
  filter: parseFilterId(one.filter),
  number,
  packetLength: null,
  virtualNetworkId: null,
});

const toAttachment = (settings: Settings, at: number, mark: Attachment['mark']): Attachment => ({
  id: parseAttachmentId(`tms-${mark === null ? 'theirs' : 'ours'}-${at}`),
  source: parseSourceId('eni-0'),
  settings,
  mark,
  state: 'ready',
});

const toWish = (to: Settings, at: number): Wish => ({
  destination: {
    cloud: 'aws',
    name: parseDestinationName(`wish-${at}`),
    region: parseRegion('us-east-1'),
    entry: { kind: 'target', id: to.target },
    filter: { kind: 'one', id: to.filter ?? parseFilterId('tmf-a') },
    sessionNumber: to.number ?? 1,
    packetLength: null,
    virtualNetworkId: null,
    numbers: 'exact',
    mayPreempt: true,
  },
  rules: [parseRuleName('tagged')],
  to,
  target: null,
  hold: null,
});

const toPlacement = (wish: Wish, attachment: Attachment | null, to: Settings): Placement => ({
  wish,
  attachment,
  to: settle(to, attachment?.settings ?? null, PROFILES.aws),
});

/** `least`: how many of ours stand, and are wished. */
export const courses = ({ least }: { readonly least: number }): fc.Arbitrary<CourseCase> =>
  fc
    .record({
      filters: fc.tuple(...FILTERS.map(filter)),
      foreign: fc.array(pair, { maxLength: 3 - least }),
      standing: pairs({ minLength: least, maxLength: 3 }),
      wished: pairs({ minLength: least, maxLength: 3 }),
      same: fc.constantFrom<('target' | 'filter' | 'number')[]>(
        [],
        [],
        ['target'],
        ['filter'],
        ['number'],
        ['target', 'filter'],
      ),
      before: fc.shuffledSubarray([...NUMBERS], { minLength: NUMBERS.length }),
      after: fc.shuffledSubarray([...NUMBERS], { minLength: NUMBERS.length }),
      order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
      mayRetarget: fc.boolean(),
      lengths: fc.tuple(fc.constantFrom(null, 64, 8500), fc.constantFrom(null, 64, 8500), fc.constantFrom(null, 1500)),
    })
    .map(({ filters, foreign, standing, wished, same, before, after, order, mayRetarget, lengths }) => {
      const theirs = foreign.map((one, at) => toAttachment(toSettings(one, before[7 - at] ?? 1), at, null));
      const room = 3 - theirs.length;
      const ours = standing
        .slice(0, room)
        .map((one, at) =>
          toAttachment({ ...toSettings(one, before[at] ?? 1), packetLength: lengths[at] ?? null }, at, MARK),
        );
      const taken = theirs.map(({ settings }) => settings.number);
      const free = after.filter((number) => !taken.includes(number));
      const drafts = wished.slice(0, room).map((one, at) => {
        const was = standing[order[at] ?? 0];
        const number = same.includes('number') ? before[order[at] ?? 0] : free[at];
        const target = same.includes('target') ? (was?.target ?? one.target) : one.target;
        const through = same.includes('filter') ? (was?.filter ?? one.filter) : one.filter;
        return toWish({ ...toSettings({ target, filter: through }, number ?? 1), packetLength: lengths[2] }, at);
      });
      const wishes = withoutDuplicates(drafts);
      const { of, rest } = match(wishes, ours, theirs);
      const course: Course = {
        theirs,
        ours,
        placements: wishes.flatMap((wish): readonly Placement[] =>
          wish.to === null ? [] : [toPlacement(wish, of.get(wish) ?? null, wish.to)],
        ),
        leaving: rest.map((attachment) => ({ attachment, because: 'unwished' })),
        profile: PROFILES.aws,
        filters: toFilters(filters),
        mayRetarget,
      };
      return { course, filters };
    });
