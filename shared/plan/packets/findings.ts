/** What a filter says of a packet: an accept rule matched first, a reject rule matched first, or no rule matched. */
export type Verdict = 'accept' | 'reject' | 'none';

/** Some of the three verdicts, one bit each: what one filter may say of the packets that are looked at. */
export type Opinion = number;

export const ACCEPT: Opinion = 1;
export const REJECT: Opinion = 2;
export const NONE: Opinion = 4;
export const ANY: Opinion = ACCEPT | REJECT | NONE;

const VERDICTS = [
  ['accept', ACCEPT],
  ['reject', REJECT],
  ['none', NONE],
] as const satisfies readonly (readonly [Verdict, Opinion])[];

/** Whether there is no doubt. */
export const isSingle = (opinion: Opinion): boolean => opinion === ACCEPT || opinion === REJECT || opinion === NONE;

/** The combinations of verdicts that were found so far. Both functions are about all combinations of the opinions. */
export interface Findings {
  hasAll(opinions: readonly Opinion[]): boolean;
  addAll(opinions: readonly Opinion[]): void;
  /** In a fixed order. */
  list(): readonly (readonly Verdict[])[];
}

export function collectFindings(): Findings {
  const found = new Map<number, readonly Verdict[]>();
  /** The same opinions come again and again, and what was found wholly stays so. */
  const complete = new Set<number>();
  const combinations = new Map<number, readonly Combination[]>();
  return {
    hasAll(opinions) {
      const key = keyOf(opinions);
      if (complete.has(key)) return true;
      const isComplete = combinationsOf(key, opinions).every(({ code }) => found.has(code));
      if (isComplete) complete.add(key);
      return isComplete;
    },
    addAll(opinions) {
      const key = keyOf(opinions);
      for (const { code, verdicts } of combinationsOf(key, opinions)) found.set(code, verdicts);
      complete.add(key);
    },
    list: () => [...found].sort(([a], [b]) => a - b).map(([, verdicts]) => verdicts),
  };

  function combinationsOf(key: number, opinions: readonly Opinion[]): readonly Combination[] {
    const known = combinations.get(key) ?? combine(opinions);
    combinations.set(key, known);
    return known;
  }
}

/** Each list of opinions has its own: three bits for each. */
const keyOf = (opinions: readonly Opinion[]): number => opinions.reduce((key, opinion) => key * 8 + opinion, 0);

interface Combination {
  readonly code: number;
  readonly verdicts: readonly Verdict[];
}

/** Every combination of one verdict out of each opinion. */
const combine = (opinions: readonly Opinion[]): readonly Combination[] =>
  opinions.reduce<readonly Combination[]>(
    (combinations, opinion) =>
      VERDICTS.filter(([, bit]) => (opinion & bit) !== 0).flatMap(([verdict, bit]) =>
        combinations.map(({ code, verdicts }) => ({ code: code * 8 + bit, verdicts: [...verdicts, verdict] })),
      ),
    [{ code: 0, verdicts: [] }],
  );
