import type { Call } from './call.ts';
import { notFound } from './errors.ts';
import { getTarget } from './get.ts';
import type { RegionState } from './region.ts';
import { asSeen } from './region.ts';
import type { MirrorSession, MirrorTarget } from './state.ts';

/** A target and the region of its owner, in which its interface is. */
export interface PlacedTarget {
  readonly target: MirrorTarget;
  readonly home: RegionState;
}

type Around = Pick<Call, 'region' | 'neighbours' | 'account'>;

const isSharedWith = (home: RegionState, id: string, account: string): boolean =>
  home.shares.get(id)?.has(account) === true;

/** The targets of other accounts that are shared with the account. */
export const targetsOfOthers = ({ neighbours, account }: Around): readonly MirrorTarget[] =>
  neighbours.flatMap((home) =>
    [...home.shares.keys()]
      .filter((id) => isSharedWith(home, id, account))
      .flatMap((id) => home.targets.seen.get(id) ?? []),
  );

/** Sessions that other accounts made to the account's targets (https://docs.aws.amazon.com/vpc/latest/mirroring/tm-sharing.html). */
export function sessionsOfOthers({ region, neighbours }: Around): readonly MirrorSession[] {
  const targets = [...region.targets.seen.values()];
  return neighbours
    .map(asSeen)
    .flatMap(({ sessions }) => targets.flatMap(({ id }) => sessions.under('traffic-mirror-target-id', id)));
}

/** A target that the account may create sessions to: one of its own, or one that is shared with it. @throws Refusal */
export function getUsableTarget({ region, neighbours, account }: Around, id: string): PlacedTarget {
  const home = neighbours.find((other) => other.targets.has(id) && isSharedWith(other, id, account)) ?? region;
  return { target: getTarget(home, id), home };
}

/** The target of a session, which may have ceased to be shared since. @throws Refusal */
export function getTargetInUse({ region, neighbours }: Around, id: string): PlacedTarget {
  for (const home of [region, ...neighbours]) {
    const target = home.targets.get(id);
    if (target !== undefined) return { target, home };
  }
  throw notFound('tmt', id);
}

/** All sessions to a target, whoever made them. */
export const sessionsTo = ({ region, neighbours }: Around, targetId: string): readonly MirrorSession[] =>
  [region, ...neighbours].flatMap(({ sessions }) => sessions.under('traffic-mirror-target-id', targetId));
