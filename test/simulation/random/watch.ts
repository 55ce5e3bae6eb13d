import type { AwsCloud } from '../../../local/aws/aws-cloud.ts';
import { filtersOf, seenBy, type Session } from './packets.ts';

/** The owners that the rules name, one after the other; the one that is not in force is a former one. */
export const OWNERS = ['soc', 'csirt'] as const;

export const isOurs = ({ tags }: Session): boolean => OWNERS.some((owner) => owner === tags['tapkeeper:owner']);

/** What went wrong at any moment, in words; empty when nothing did. */
export interface Watch {
  readonly violations: readonly string[];
  /** A person changes sessions while this runs: what happens to them then is the person's doing. */
  whilePeopleChange<T>(work: () => Promise<T>): Promise<T>;
}

type Sessions = ReadonlyMap<string, Session>;

const say = ({ id, interfaceId, number, targetId, filterId }: Session): string =>
  `${id} (${interfaceId} number ${number} ${targetId} ${filterId})`;

const sayAll = (sessions: readonly Session[]): string =>
  sessions.map((one) => `${isOurs(one) ? 'ours' : 'theirs'} ${say(one)}`).join(', ');

const isSame = (a: Session, b: Session): boolean =>
  a.number === b.number &&
  a.targetId === b.targetId &&
  a.filterId === b.filterId &&
  a.packetLength === b.packetLength &&
  a.virtualNetworkId === b.virtualNetworkId;

/**
 * Looks at every state that the cloud goes through, one call after the other. Each state differs from the one before by what
 * one call did, so what happened to others' sessions can be laid at somebody's door.
 */
export function watch(cloud: AwsCloud): Watch {
  const violations: string[] = [];
  let isPersonAtWork = false;
  let before: Sessions = new Map();

  const look = (): void => {
    const view = cloud.state.in();
    const now: Sessions = new Map(view.sessions.map((session) => [session.id, session]));
    const interfaces = new Set(view.interfaces.map(({ id }) => id));
    checkLimits(view.sessions);
    if (!isPersonAtWork) {
      checkOthersAreUntouched(now, interfaces);
      checkOthersSeeWhatTheySaw(now, filtersOf(view));
    }
    before = now;
  };

  function checkLimits(sessions: readonly Session[]): void {
    const bySource = Map.groupBy(sessions, ({ interfaceId }) => interfaceId);
    for (const [source, held] of bySource) {
      if (held.length > 3) violations.push(`${source} has more than three sessions: ${sayAll(held)}`);
      if (new Set(held.map(({ number }) => number)).size < held.length)
        violations.push(`two sessions of ${source} have one number: ${sayAll(held)}`);
    }
  }

  function checkOthersAreUntouched(now: Sessions, interfaces: ReadonlySet<string>): void {
    for (const [id, session] of before) {
      if (isOurs(session)) continue;
      const after = now.get(id);
      if (after === undefined && interfaces.has(session.interfaceId))
        violations.push(`${say(session)} of others was deleted`);
      if (after !== undefined && (!isSame(session, after) || isOurs(after))) {
        violations.push(`${say(session)} of others became ${say(after)}`);
      }
    }
  }

  function checkOthersSeeWhatTheySaw(now: Sessions, filters: ReturnType<typeof filtersOf>): void {
    for (const source of changedSources(before, now)) {
      const on = (sessions: Sessions): Session[] =>
        [...sessions.values()].filter(({ interfaceId }) => interfaceId === source);
      const saw = seenBy(on(before), filters);
      const sees = seenBy(on(now), filters);
      for (const [id, packets] of saw) {
        const session = now.get(id);
        if (session === undefined || isOurs(session)) continue;
        for (const packet of packets) {
          if (!(sees.get(id)?.has(packet) ?? false)) {
            violations.push(
              `${say(session)} of others lost ${packet}: ${sayAll(on(before))} became ${sayAll(on(now))}`,
            );
          }
        }
      }
    }
  }

  cloud.onChange(look);
  return {
    violations,
    async whilePeopleChange(work) {
      isPersonAtWork = true;
      try {
        return await work();
      } finally {
        isPersonAtWork = false;
      }
    },
  };
}

function changedSources(before: Sessions, now: Sessions): ReadonlySet<string> {
  const changed = [...new Set([...before.keys(), ...now.keys()])].filter((id) => {
    const [was, is] = [before.get(id), now.get(id)];
    return was === undefined || is === undefined || !isSame(was, is);
  });
  return new Set(changed.flatMap((id) => (before.get(id) ?? now.get(id))?.interfaceId ?? []));
}
