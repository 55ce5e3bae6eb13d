import { toCanonicalJson } from '../../plan/canonical.ts';
import type { Run } from '../../plan/change.ts';
import type { Instant, NonEmpty, Scope, Subject } from '../../words.ts';
import type { Work } from '../../work.ts';
import { groupBy } from '../../group-by.ts';
import { toScopeKey } from '../scope.ts';
import type { About } from '../subjects.ts';
import { distinctSubjects, isAbout } from '../subjects.ts';

/** One message of a batch. */
export interface Item {
  /** The queue's name for it, by which a failure is told. */
  readonly id: string;
  readonly work: Work;
}

export type Look = Extract<Work, { kind: 'look' }>;

export interface LookItem {
  readonly id: string;
  readonly work: Look;
}

/** Items that are read and planned together: one scope, one permission from one kind of asker, at most {@link MOST_SUBJECTS} subjects. */
export interface LookGroup {
  readonly scope: Scope;
  readonly run: Run | null;
  readonly askedBy: Look['askedBy'];
  readonly items: NonEmpty<LookItem>;
  /** Each once. */
  readonly subjects: NonEmpty<Subject>;
}

/**
 * Subjects of one selection, unless one message names more. What is read together is written one after the other, at the pace
 * that the cloud allows: two hundred take two minutes of a backfill, and what was read longer ago may not be so any more.
 */
const MOST_SUBJECTS = 200;

/** Groups items so that a batch of any size costs one read per scope and permission. */
export function groupLooks(items: readonly LookItem[]): readonly LookGroup[] {
  const keyOf = ({ work }: LookItem): string =>
    `${toScopeKey(work.scope)} ${work.askedBy} ${toCanonicalJson(work.run)}`;
  return [...groupBy(items, keyOf).values()].flatMap(splitGroup);
}

function splitGroup(items: NonEmpty<LookItem>): readonly LookGroup[] {
  const groups: LookGroup[] = [];
  for (const item of items) {
    const last = groups.at(-1);
    const joined = last === undefined ? null : withItem(last, item);
    if (joined !== null) groups[groups.length - 1] = joined;
    else groups.push(toGroup([item]));
  }
  return groups;
}

/** Items of one scope and permission as one group. */
export function toGroup(items: NonEmpty<LookItem>): LookGroup {
  const [{ work }, ...others] = items;
  const { scope, run, askedBy } = work;
  const [first, ...rest] = work.subjects;
  const subjects = distinctSubjects([first, ...rest, ...others.flatMap((item) => item.work.subjects)]);
  return { scope, run, askedBy, items, subjects };
}

function withItem(group: LookGroup, item: LookItem): LookGroup | null {
  const [first, ...rest] = group.subjects;
  const subjects = distinctSubjects([first, ...rest, ...item.work.subjects]);
  return subjects.length > MOST_SUBJECTS ? null : { ...group, items: [...group.items, item], subjects };
}

/** When the earliest of the group's events happened. ISO 8601 instants in UTC sort as text. */
export const earliestOf = ({ items }: LookGroup): Instant =>
  items.map(({ work }) => work.since).reduce((earliest, since) => (since < earliest ? since : earliest));

/** When the latest of the group's events about a source or its machine happened, in whatever order they came. */
export const latestAbout = (group: LookGroup, about: About): Instant =>
  itemsAbout(group, about)
    .map(({ work }) => work.since)
    .reduce((latest, since) => (since > latest ? since : latest));

/** The items that asked for a source, by its own id or by its machine's; all of them, when it cannot be told. */
export function itemsAbout({ items }: LookGroup, about: About): readonly LookItem[] {
  const asked = items.filter(({ work }) => work.subjects.some((subject) => isAbout(about, subject)));
  return asked.length > 0 ? asked : items;
}
