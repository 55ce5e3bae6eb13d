import type { Settings, Target } from '../words.ts';
import type { Withheld } from './offers.ts';
import { isReadable, type Filters } from './coverage.ts';
import { precededBy, shadowOn, type Doubt, type Hider, type Loss, type Shadow, type Twin } from './precedence.ts';
import { oursBefore, type Remark, type Situation, type Turn } from './situation.ts';
import type { Wish } from './wishes.ts';

/*
 * What a person reads of a judgement. No sentence says more than is certain: where the provider's text can be read in two
 * ways, it says so.
 */

/** What is worth saying of a wish that has its place. */
export function remarksOn(turn: Turn, to: Settings): readonly Remark[] {
  const { wish } = turn;
  const { destination } = wish;
  const shadow = shadowRemarks(wish, shadowOn(turn, to), to);
  if (destination.cloud !== 'aws') return shadow;
  const behind = precededBy(turn, to).map(({ id }) => id);
  const remark = (code: Remark['code'], detail: string): Remark => ({ wish, code, detail });
  return [
    ...shadow,
    ...(behind.length === 0
      ? []
      : [
          remark(
            'precedes-theirs',
            `number ${to.number} comes before ${behind.join(' and ')}, whose packets it may take`,
          ),
        ]),
    ...(to.number === destination.sessionNumber
      ? []
      : [remark('number-moved', `number ${destination.sessionNumber} is taken; ${to.number} is used`)]),
  ];
}

function shadowRemarks(wish: Wish, shadow: Shadow, { filter }: Settings): readonly Remark[] {
  switch (shadow.extent) {
    case 'clear':
      return [];
    case 'nothing-to-take':
      return [{ wish, code: 'filter-takes-nothing', detail: `no rule of ${filter} accepts a packet` }];
    case 'wholly':
      return [{ wish, code: 'shadowed', detail: allTaken(shadow.by) }];
    case 'partly':
      return [{ wish, code: 'partly-shadowed', detail: someTaken(shadow.by) }];
    case 'perhaps-wholly':
      return [{ wish, code: 'partly-shadowed', detail: perhapsAllTaken(shadow.by, shadow.because) }];
  }
}

/** Of sessions that take all of what another one accepts. */
export const allTaken = (by: readonly Hider[]): string => `${doings(by)} all its packets first`;

const someTaken = (by: readonly Hider[]): string => `${doings(by)} some of its packets first${openQuestion(by)}`;

const perhapsAllTaken = (by: readonly Hider[], because: readonly Doubt[]): string =>
  `${doings(by)} some of its packets first, or all: ${because.map((doubt) => DOUBTS[doubt]).join('; ')}`;

const DOUBTS = {
  unread: 'a filter could not be read',
  reject: 'whether a rejected packet goes on to the next session is not documented',
  rules: 'what ports without TCP or UDP mean, and what rules say of DNS to the resolver, is not documented',
} as const satisfies Record<Doubt, string>;

/** Beside a wish that a session of others satisfies as far as those before it let it. */
export const remarksOnTwin = (wish: Wish, { attachment, shadowedBy: by }: Twin): readonly Remark[] =>
  by.length === 0
    ? []
    : [
        {
          wish,
          code: 'partly-shadowed',
          detail: `${doings(by)} some of it before ${attachment.id}${openQuestion(by)}`,
        },
      ];

const openQuestion = (by: readonly Hider[]): string =>
  by.some(({ does }) => does !== 'accept') ? `; ${DOUBTS.reject}` : '';

const DOINGS = {
  accept: ['takes', 'take'],
  reject: ['rejects', 'reject'],
  both: ['takes or rejects', 'take or reject'],
  either: ['may take', 'may take'],
} as const satisfies Record<Hider['does'], readonly [one: string, several: string]>;

/** Who does what: `tms-1 and tms-2 take`, `tms-1 takes, tms-2 rejects`. */
const doings = (by: readonly Hider[]): string =>
  [...Map.groupBy(by, ({ does }) => does)]
    .map(([does, some]) => {
      const names = some.map(({ place }) => place.name);
      return `${names.join(' and ')} ${DOINGS[does][names.length === 1 ? 0 : 1]}`;
    })
    .join(', ');

export function wouldPreempt({ number, filter }: Settings, losses: readonly Loss[], filters: Filters): Withheld {
  const ids = losses.map(({ attachment }) => attachment.id).join(', ');
  const unread = [filter, ...losses.map(({ attachment }) => attachment.settings.filter)].filter(
    (one) => !isReadable(one, filters),
  );
  // Nobody should change numbers, or allow preempting, because a list could not be read for a moment.
  if (unread.includes(filter) || unread.length === losses.length) {
    const what = [...new Set(unread)].join(' and ');
    return {
      code: 'inventory-incomplete',
      detail: `number ${number} comes before ${ids}, and what ${what} takes could not be read`,
    };
  }
  const detail = losses.every(({ by }) => by === 'reject')
    ? `number ${number} comes before ${ids} and rejects packets that it takes; ${DOUBTS.reject}`
    : `number ${number} comes before ${ids}, whose filter overlaps`;
  return { code: 'would-preempt-theirs', detail };
}

export const wouldBlind = ({ filter }: Settings): Withheld => ({
  code: 'no-filter-here',
  detail: `no rule of ${filter} accepts a packet; what is mirrored stays as it is`,
});

/** Why it cannot be told whether a wish's destination is healthy, or `null`. */
export const uncheckedOf = ({ destination, target }: Wish): string | null =>
  target === null || target.unchecked === null ? null : `${destination.name}: ${target.unchecked}`;

export const unknownHere = ({ wish }: Turn): Withheld => ({
  code: 'destination-missing',
  detail: `${wish.destination.name} is not known here`,
});

export const full = ({ situation, wish: { destination, target } }: Turn): Withheld => ({
  code: 'destination-full',
  detail: target === null ? `${destination.name} is full` : `${destination.name} ${sayFull(situation, target)}`,
});

/** A target that refused a source takes no more than it was seen to have, which may be none: what others have there is not listed. */
const sayFull = ({ loads }: Situation, target: Target): string =>
  target.capacity === 0
    ? 'was refused as full a moment ago, and is asked again in a minute'
    : `has ${loads.of(target)} of ${target.capacity} sources`;

export function noRoom(turn: Turn): Withheld {
  const { standing, profile, slots } = turn.situation;
  const { attachmentsPerSource: limit, attachmentWord: word } = profile;
  const most = `${limit} ${word}${limit === 1 ? '' : 's'} at most${slots < limit ? `, ${slots} of them ours` : ''}`;
  return {
    code: 'no-room',
    detail: `an interface has ${most}; others have ${standing.theirs.length}, and ${oursBefore(turn)} of ours come first`,
  };
}
