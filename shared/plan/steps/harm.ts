import type { AttachmentId, FilterId } from '../../words.ts';
import type { Verdict } from '../coverage.ts';

/** One kind of packet, by what each filter says of it. */
export type Packet = ReadonlyMap<FilterId | null, Verdict>;

/** A session as precedence sees it. */
export interface Session {
  readonly filter: FilterId | null;
  readonly number: number | null;
  /** `null`: ours. Who of ours takes a packet makes no difference to whether it is mirrored. */
  readonly theirs: AttachmentId | null;
}

/** What a world on the way does, in kinds of packets (each counted under both readings of a reject). */
export interface Harm {
  /** That others see before, and would not see, or that we see who are not to see them in the end. */
  readonly taken: number;
  /** That are mirrored before and after, and are not mirrored now. */
  readonly hidden: number;
}

export const NO_HARM: Harm = { taken: 0, hidden: 0 };

export const isHarmless = ({ taken, hidden }: Harm): boolean => taken === 0 && hidden === 0;

export const addHarm = (a: Harm, b: Harm): Harm => ({ taken: a.taken + b.taken, hidden: a.hidden + b.hidden });

/** What is taken from others weighs more than anything that we lose. */
export const isLess = (a: Harm, b: Harm): boolean => (a.taken !== b.taken ? a.taken < b.taken : a.hidden < b.hidden);

/** Who mirrors a packet: somebody else's session, ours (whichever), or nobody. */
type Taker = AttachmentId | 'ours' | 'nobody';

/**
 * What a reject means to the sessions behind it. AWS documents that the first session with a matching filter mirrors a packet
 * (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTrafficMirrorSession.html, SessionNumber), and not whether
 * a rule that rejects it is such a match. So nothing is harmless that is not harmless under both readings.
 */
const READINGS = ['passes-on', 'ends'] as const;
type Reading = (typeof READINGS)[number];

/** What a packet must not lose on the way, from what becomes of it in the end. */
interface Stake {
  readonly packet: Packet;
  readonly reading: Reading;
  readonly before: Taker;
  readonly after: Taker;
}

/**
 * Judges the worlds between two, each by who mirrors which packet. Per kind of packet and reading:
 *
 * | before | after | on the way | |
 * |---|---|---|---|
 * | nobody | anybody | anybody | harmless: nothing is lost that was had |
 * | ours | nobody | anybody | harmless: it goes, sooner or later |
 * | ours | ours or theirs | ours or theirs | harmless, whoever has it |
 * | ours | ours or theirs | nobody | hidden |
 * | theirs | the same | the same | harmless |
 * | theirs | ours (the destination may preempt) | the same, or ours | harmless |
 * | theirs | nobody (ours rejects it) | the same, or nobody | harmless |
 * | theirs | any | anybody else | taken; hidden as well, where it is nobody and is mirrored after |
 */
export function judgeBetween(
  first: readonly Session[],
  last: readonly Session[],
  packets: readonly Packet[],
): (between: readonly Session[]) => Harm {
  const [before, after] = [inOrder(first), inOrder(last)];
  const stakes = packets.flatMap((packet) =>
    READINGS.map((reading): Stake => ({
      packet,
      reading,
      before: takerOf(before, packet, reading),
      after: takerOf(after, packet, reading),
    })),
  );
  const atStake = stakes.filter((one) => one.before !== 'nobody' && (one.before !== 'ours' || one.after !== 'nobody'));
  return (between) => {
    const sessions = inOrder(between);
    return atStake.reduce(
      (sum, stake) => addHarm(sum, harmOf(stake, takerOf(sessions, stake.packet, stake.reading))),
      NO_HARM,
    );
  };
}

function harmOf({ before, after }: Stake, now: Taker): Harm {
  const isTaken = before !== 'ours' && now !== before && now !== after;
  const isHidden = now === 'nobody' && after !== 'nobody';
  return { taken: isTaken ? 1 : 0, hidden: isHidden ? 1 : 0 };
}

const inOrder = (sessions: readonly Session[]): readonly Session[] =>
  [...sessions].sort((a, b) => (a.number ?? 0) - (b.number ?? 0));

function takerOf(sessions: readonly Session[], packet: Packet, reading: Reading): Taker {
  for (const { filter, theirs } of sessions) {
    const verdict = packet.get(filter) ?? 'none';
    if (verdict === 'accept') return theirs ?? 'ours';
    if (verdict === 'reject' && reading === 'ends') return 'nobody';
  }
  return 'nobody';
}
