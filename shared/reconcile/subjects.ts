import type { MachineId, NonEmpty, SourceId, Subject } from '../words.ts';
import { groupBy } from '../group-by.ts';

/** A subject as one text: equal subjects, equal text. */
export const toSubjectKey = ({ kind, id }: Subject): string => `${kind} ${id}`;

/** Each subject once, in the order of their first appearance. */
export function distinctSubjects([first, ...rest]: NonEmpty<Subject>): NonEmpty<Subject> {
  const others = groupBy(rest, toSubjectKey);
  others.delete(toSubjectKey(first));
  return [first, ...[...others.values()].map(([subject]) => subject)];
}

/** What an item of a plan is about. */
export interface About {
  readonly source: SourceId;
  readonly machine: MachineId | null;
}

/** Whether the subject asks for what an item of a plan is about, by its own id or by its machine's. */
export const isAbout = ({ source, machine }: About, { id }: Subject): boolean => id === source || id === machine;
