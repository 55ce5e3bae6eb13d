import { AsyncLocalStorage } from 'node:async_hooks';
import type { JournalEntry } from '../shared/journal.ts';
import type { Clock, Journal } from '../shared/ports.ts';

/** Where a line of text goes; the host ties what an invocation's own log gets to that invocation. */
type Log = (line: string) => void;

const invocationLog = new AsyncLocalStorage<Log>();

/** Does work whose journal goes to an invocation's own log. */
export const withLog = <Result>(log: Log, work: () => Promise<Result>): Promise<Result> => invocationLog.run(log, work);

/** A journal of JSON lines, which Application Insights keeps as traces. */
export function createJournal(clock: Clock): Journal {
  return {
    write: (entry) => {
      const line = JSON.stringify({ time: new Date(clock.now()).toISOString(), level: LEVELS[entry.kind], ...entry });
      (invocationLog.getStore() ?? console.log)(line);
    },
  };
}

type Level = 'info' | 'warn' | 'error';

const LEVELS: Readonly<Record<JournalEntry['kind'], Level>> = {
  planned: 'info',
  applied: 'info',
  held: 'info',
  noted: 'info',
  gone: 'info',
  continued: 'info',
  'dead-letters': 'error',
  released: 'info',
  finished: 'info',
  refused: 'warn',
  incomplete: 'warn',
  'guard-tripped': 'error',
  fault: 'error',
};
