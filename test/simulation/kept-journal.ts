import type { JournalEntry } from '../../shared/journal.ts';
import type { Journal } from '../../shared/ports.ts';

/** A journal that keeps what is written to it. */
export interface KeptJournal extends Journal {
  readonly entries: readonly JournalEntry[];
  /** The holds, by code, of what was journaled since the last call. */
  holds(): readonly string[];
  /** The names of the guard's trips that were journaled after so many entries. */
  tripsAfter(entries: number): readonly string[];
}

export function keptJournal(): KeptJournal {
  const entries: JournalEntry[] = [];
  let read = 0;
  return {
    entries,
    write: (entry) => void entries.push(entry),
    holds() {
      const fresh = entries.slice(read);
      read = entries.length;
      return [...new Set(fresh.flatMap((entry) => (entry.kind === 'held' ? [entry.hold.code] : [])))].sort();
    },
    tripsAfter: (before) =>
      entries
        .slice(before)
        .flatMap((entry) => (entry.kind === 'guard-tripped' ? entry.trips.map(({ name }) => name) : [])),
  };
}
