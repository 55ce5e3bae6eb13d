/** One line of the table: what was measured, what came out, and what it is held to. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  /** What the figure must stay within; empty where nothing is asked of it. */
  readonly goal: string;
  readonly isMet: boolean;
}

/** A row whose figure may be at most (or, for a speed, must be at least) the goal. */
export function toRow(what: string, figure: number, goal: { most: number } | { least: number }, unit: string): Row {
  const isMet = 'most' in goal ? figure <= goal.most : figure >= goal.least;
  const limit = 'most' in goal ? `at most ${inWords(goal.most)}` : `at least ${inWords(goal.least)}`;
  return { what, figure: `${inWords(figure)} ${unit}`, goal: limit, isMet };
}

/** A row of which nothing is asked. */
export const toReport = (what: string, figure: number, unit: string): Row => ({
  what,
  figure: `${inWords(figure)} ${unit}`,
  goal: '',
  isMet: Number.isFinite(figure),
});

const inWords = (figure: number): string =>
  figure.toLocaleString('en-US', { maximumFractionDigits: figure < 10 ? 2 : figure < 100 ? 1 : 0 });

/** The rows as aligned columns; what misses its goal is marked. */
export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map(({ what, figure, goal, isMet }) => [what, figure, goal, isMet ? '' : 'MISSED']);
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map(([what = '', figure = '', goal = '', mark = '']) =>
      `${what.padEnd(widths[0] ?? 0)}  ${figure.padStart(widths[1] ?? 0)}  ${goal.padEnd(widths[2] ?? 0)}  ${mark}`.trimEnd(),
    )
    .join('\n');
}

/** The middle one of some figures: a machine's hiccups do not move it. */
export function medianOf(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
