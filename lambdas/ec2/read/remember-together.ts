import type { Clock } from '../../../shared/ports.ts';
import { remember } from '../../../shared/remember.ts';

/** Answers that are kept for a while, of which the missing ones are asked for in one read. */
export type MemoryOfMany<Value> = (
  keys: readonly string[],
  /** What is not in its answer is kept as unknown. */
  read: (missing: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
) => Promise<ReadonlyMap<string, Value>>;

/** A memory whose answers are good for `forMs`, or for as long as it says of each. */
export function rememberTogether<Value>(
  clock: Clock,
  forMs: number | ((value: Value | null) => number),
): MemoryOfMany<Value> {
  const memory = remember<Value | null>(clock, forMs);
  return async (keys, read) => {
    const missing: string[] = [];
    // Begins when all keys have been looked up, and thus all missing ones are known.
    const answers = Promise.resolve().then(() => (missing.length === 0 ? new Map<string, Value>() : read(missing)));
    const answerTo = async (key: string): Promise<Value | null> => {
      missing.push(key);
      return (await answers).get(key) ?? null;
    };
    const found = await Promise.all(
      keys.map(async (key) => [key, await memory.get(key, () => answerTo(key))] as const),
    );
    return new Map(found.flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])));
  };
}
