import { AsyncLocalStorage } from 'node:async_hooks';
import { FAULTS } from '../shared/fault.ts';
import type { JournalEntry } from '../shared/journal.ts';
import type { Clock, Journal } from '../shared/ports.ts';
import { needsPerson } from '../shared/reason.ts';

/** Where a line of text goes; the host ties what an invocation's own log gets to that invocation. */
type Log = (line: string) => void;

const invocationLog = new AsyncLocalStorage<Log>();

/** Does work whose journal goes to an invocation's own log. */
export const withLog = <Result>(log: Log, work: () => Promise<Result>): Promise<Result> => invocationLog.run(log, work);

/** A journal of JSON lines, which Application Insights keeps as traces. */
export function createJournal(clock: Clock): Journal {
  return {
    write: (entry) => {
      const line = JSON.stringify({ time: new Date(clock.now()).toISOString(), level: levelOf(entry), ...entry });
      (invocationLog.getStore() ?? console.log)(line);
    },
  };
}

type Level = 'info' | 'warn' | 'error';

/** Alerts ask for `error`, and for `warn` of what is held: what waits for a person. */
function levelOf(entry: JournalEntry): Level {
  switch (entry.kind) {
    case 'held':
      return needsPerson(entry.hold.code) ? 'warn' : 'info';
    case 'refused':
      return FAULTS[entry.code] === 'operator' ? 'error' : 'warn';
    case 'fault':
      return entry.code === 'throttled' ? 'warn' : 'error';
    case 'incomplete':
      return 'warn';
    case 'dead-letters':
    case 'guard-tripped':
      return 'error';
    case 'planned':
    case 'applied':
    case 'noted':
    case 'gone':
    case 'continued':
    case 'released':
    case 'finished':
      return 'info';
  }
}
