import type { Clock } from './ports.ts';

/** Answers that are kept for a while in a warm process, by key. */
export interface Memory<Value> {
  /** What is remembered, or else what `read` gives; a failure is not remembered, and callers at one time share one read. */
  get(key: string, read: () => Promise<Value>): Promise<Value>;
  put(key: string, value: Promise<Value>): Promise<Value>;
  /** Whether something is remembered. */
  has(key: string): boolean;
  /** Forgets what has been remembered for longer than `youngMs`; whether there was anything. */
  forget(key: string, youngMs: number): boolean;
}

interface Entry<Value> {
  readonly value: Promise<Value>;
  readonly atMs: number;
  forMs: number;
}

/** A memory whose answers are good for `forMs`, or for as long as it says of each. */
export function remember<Value>(clock: Clock, forMs: number | ((value: Value) => number)): Memory<Value> {
  const kept = new Map<string, Entry<Value>>();
  const termOf = typeof forMs === 'number' ? () => forMs : forMs;

  const put = (key: string, value: Promise<Value>): Promise<Value> => {
    // Until it is there, everybody waits for the same answer.
    const entry: Entry<Value> = { value, atMs: clock.now(), forMs: Infinity };
    kept.set(key, entry);
    value.then(
      (found) => void (entry.forMs = termOf(found)),
      () => void (kept.get(key) === entry && kept.delete(key)),
    );
    return value;
  };

  const find = (key: string): Promise<Value> | null => {
    const entry = kept.get(key);
    return entry !== undefined && clock.now() - entry.atMs < entry.forMs ? entry.value : null;
  };

  return {
    put,
    has: (key) => find(key) !== null,
    get: (key, read) => find(key) ?? put(key, read()),
    forget(key, youngMs) {
      const entry = kept.get(key);
      return entry !== undefined && clock.now() - entry.atMs >= youngMs && kept.delete(key);
    },
  };
}
