import type { Hold } from '../../plan/change.ts';
import type { Instant, NonEmpty, Subject } from '../../words.ts';
import type { Work } from '../../work.ts';
import { groupBy } from '../../group-by.ts';
import type { Progress } from '../converge.ts';
import { isAbout, toSubjectKey } from '../subjects.ts';
import { itemsAbout, type Look, type LookGroup } from './look-group.ts';

/** How long something that is changing is left alone before it is looked at again. */
export const LOOK_AGAIN_SECONDS = 15;
/** What changes for longer than this is left to the sweep: it would come back for ever. */
const LOOK_AGAIN_WITHIN_MS = 600_000;

interface Waiting {
  readonly subject: Subject;
  readonly correlation: string;
  readonly since: Instant;
}

/** When it is looked again, and what comes back anyway. */
interface Occasion {
  readonly nowMs: number;
  readonly comesBack: (work: Look) => boolean;
}

/**
 * What a later look will find otherwise: what is changing, a destination while one of them is, and, where everything was read,
 * what the cloud does not list yet (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html).
 */
export function isTransient({ incomplete, world }: Progress): (hold: Hold) => boolean {
  const isOneChanging = world?.targets.some(({ isChanging }) => isChanging) === true;
  return ({ code }) =>
    code === 'changing' ||
    (code === 'destination-unhealthy' && isOneChanging) ||
    (code === 'inventory-incomplete' && incomplete.length === 0);
}

/**
 * Work that looks again at what these holds are about, as an event would: a permission was given for what was seen, and by then it
 * is something else.
 */
export function toLookAgain(group: LookGroup, holds: readonly Hold[], { nowMs, comesBack }: Occasion): readonly Work[] {
  const isYoung = ({ since }: Waiting): boolean => nowMs - Date.parse(since) <= LOOK_AGAIN_WITHIN_MS;
  const waiting = holds.flatMap((hold) => waitingFor(group, hold, comesBack));
  const latest = [...groupBy(waiting, ({ subject }) => toSubjectKey(subject)).values()].map(latestOf);
  const byOrigin = groupBy(latest.filter(isYoung), ({ correlation, since }) => `${correlation} ${since}`);
  return [...byOrigin.values()].map((together): Work => {
    const [{ correlation, since }] = together;
    return {
      kind: 'look',
      scope: group.scope,
      subjects: subjectsOf(together),
      run: null,
      correlation,
      since,
      hook: null,
      isRestart: false,
      askedBy: 'event',
      waiting: [],
    };
  });
}

/** The identities that were asked for come back, so that a machine's other interfaces are looked at again as well. */
function waitingFor(group: LookGroup, hold: Hold, comesBack: Occasion['comesBack']): readonly Waiting[] {
  const items = itemsAbout(group, hold).filter(({ work }) => !comesBack(work));
  return items.flatMap(({ work: { subjects, correlation, since } }) => {
    const named = subjects.filter((subject) => isAbout(hold, subject));
    const asked: readonly Subject[] = named.length > 0 ? named : [{ kind: 'source', id: hold.source }];
    return asked.map((subject) => ({ subject, correlation, since }));
  });
}

/** A newer event gives the same subject its full time. */
const latestOf = (waiting: NonEmpty<Waiting>): Waiting =>
  waiting.reduce((latest, one) => (one.since > latest.since ? one : latest));

function subjectsOf([first, ...rest]: NonEmpty<Waiting>): NonEmpty<Subject> {
  return [first.subject, ...rest.map(({ subject }) => subject)];
}
