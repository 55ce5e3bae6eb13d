import type { AwsCloud } from '../../../local/aws/aws-cloud.ts';
import { accepts, filtersOf, PACKETS, type Session } from './packets.ts';
import { isOurs } from './watch.ts';

/** A destination of the simulation's rules. */
export interface Sensor {
  readonly name: string;
  readonly target: string;
  readonly filter: string;
  readonly number: number;
  readonly packetLength: number | null;
}

/** The rules in force: under the tag `mirror` a machine or interface names sensors; `optout=yes` beats it. */
export interface SimulatedRules {
  readonly sensors: readonly Sensor[];
}

type View = ReturnType<AwsCloud['state']['in']>;

/**
 * How the world differs from what the rules ask for, in words. It is told without the product's planner: by the tags, the
 * numbers and the packets alone. Where others have sessions, ours may rightly be withheld; then only what must be is asked.
 */
export function differences(cloud: AwsCloud, { sensors }: SimulatedRules): readonly string[] {
  const view = cloud.state.in();
  const found: string[] = [];
  for (const { id, tags, attachment } of view.interfaces) {
    const machine = view.instances.find((instance) => instance.id === attachment?.instanceId);
    const sessions = view.sessions.filter(({ interfaceId }) => interfaceId === id);
    const ours = sessions.filter(isOurs);
    const theirs = sessions.filter((session) => !isOurs(session));
    const effective = { ...machine?.tags, ...tags };
    const isMirrorable = machine !== undefined && attachment?.status === 'attached';
    const wished = isMirrorable ? wishedOf(effective, sensors) : [];
    const unwished = ours.filter((session) => !wished.some((sensor) => isOf(session, sensor)));
    // One that is to become what a wish asks for stays as it is while others are in the way of that wish.
    const isWithheld = theirs.length > 0 && wished.some((sensor) => !ours.some((session) => isOf(session, sensor)));
    if (!isWithheld) found.push(...unwished.map((session) => `${id}: ${session.id} is wished by nobody`));
    const withheld = isWithheld ? unwished : [];
    found.push(...missingOf({ view, ours, withheld, theirs, wished }).map((text) => `${id}: ${text}`));
  }
  return found;
}

function wishedOf(tags: Readonly<Record<string, string>>, sensors: readonly Sensor[]): readonly Sensor[] {
  const value = tags['mirror'];
  if (value === undefined || tags['optout'] === 'yes') return [];
  const names = value.split('+');
  return sensors.filter(({ name }) => names.includes(name)).toSorted((a, b) => a.number - b.number);
}

const isOf = (session: Session, { target, filter }: Sensor): boolean =>
  session.targetId === target && session.filterId === filter;

interface Place {
  readonly view: View;
  readonly ours: readonly Session[];
  /** Those of ours that no wish asks for and that stay nevertheless. */
  readonly withheld: readonly Session[];
  readonly theirs: readonly Session[];
  readonly wished: readonly Sensor[];
}

function missingOf({ view, ours, withheld, theirs, wished }: Place): readonly string[] {
  const filters = filtersOf(view);
  const takenBy = (filterId: string): ReadonlySet<string> => {
    const filter = filters.get(filterId);
    return new Set(PACKETS.filter((packet) => filter !== undefined && accepts(filter, packet)).map(({ name }) => name));
  };
  return wished.flatMap((sensor, at) => {
    const own = ours.find((session) => isOf(session, sensor));
    if (own !== undefined) return wrongSettings(own, sensor, theirs);
    const takes = takenBy(sensor.filter);
    const earlier = [
      ...wished.slice(0, at).map(({ filter }) => takenBy(filter)),
      ...[...theirs, ...withheld]
        .filter(({ number }) => number < sensor.number)
        .map(({ filterId }) => takenBy(filterId)),
    ];
    const isShadowed = [...takes].every((packet) => earlier.some((others) => others.has(packet)));
    const wouldPreempt = theirs.some(
      ({ number, filterId }) => number > sensor.number && [...takes].some((packet) => takenBy(filterId).has(packet)),
    );
    const isDoneByTheirs = theirs.some(
      ({ targetId, filterId }) =>
        targetId === sensor.target && [...takes].every((packet) => takenBy(filterId).has(packet)),
    );
    const isNumberTaken = [...theirs, ...withheld].some(({ number }) => number === sensor.number);
    const isFull = theirs.length + ours.length >= 3;
    const isExcused = isShadowed || wouldPreempt || isDoneByTheirs || isNumberTaken || isFull;
    return isExcused ? [] : [`nothing goes to ${sensor.name}`];
  });
}

function wrongSettings(
  own: Session,
  { name, number, packetLength }: Sensor,
  theirs: readonly Session[],
): readonly string[] {
  const isRenumbered = theirs.length === 0 && own.number !== number;
  const isTruncated = own.packetLength !== packetLength;
  return [
    ...(isRenumbered ? [`the session to ${name} has number ${own.number}, not ${number}`] : []),
    ...(isTruncated ? [`the session to ${name} mirrors ${own.packetLength} bytes, not ${packetLength}`] : []),
  ];
}
