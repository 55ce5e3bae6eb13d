import { expect, test } from 'vitest';
import { createTable } from '../../../local/aws/ec2/table.ts';

interface Ball {
  readonly colour: string | null;
  readonly size: number;
}

const INDEXES = { colour: ({ colour }: Ball) => colour, size: ({ size }: Ball) => String(size) };

const COLOURS = ['red', 'blue', 'green', null];

/** Repeatable draws (Park and Miller). */
function drawing(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = (state * 48_271) % 2_147_483_647) % below;
}

/** What a table must hold, kept the slow way. */
type Copy = ReadonlyMap<string, Ball>;

const sorted = (balls: Iterable<Ball>): readonly string[] => [...balls].map((ball) => JSON.stringify(ball)).toSorted();

const SIZES = [0, 1, 2];

/** Everything that can be read of a table. */
const read = (rows: ReturnType<typeof createTable<Ball, 'colour' | 'size'>>['seen']) => ({
  size: rows.size,
  all: new Map(rows.entries()),
  byColour: COLOURS.map((colour) => sorted(rows.under('colour', String(colour)))),
  bySize: SIZES.map((size) => sorted(rows.under('size', String(size)))),
});

/** What reading has to give; nothing is found under no colour. */
const expected = (copy: Copy): ReturnType<typeof read> => ({
  size: copy.size,
  all: new Map(copy),
  byColour: COLOURS.map((colour) =>
    sorted([...copy.values()].filter((ball) => colour !== null && ball.colour === colour)),
  ),
  bySize: SIZES.map((size) => sorted([...copy.values()].filter((ball) => ball.size === size))),
});

test.each([1, 2, 3, 4, 5])('records and indexes are one, and show late what they held (seed %i)', (seed) => {
  const below = drawing(seed);
  let nowMs = 0;
  const table = createTable<Ball, 'colour' | 'size'>({ delayMs: 50, nowMs: () => nowMs }, INDEXES);
  const history: { readonly atMs: number; readonly copy: Copy }[] = [{ atMs: -50, copy: new Map() }];
  for (let step = 0; step < 400; step += 1) {
    nowMs += below(10);
    const id = `ball-${below(12)}`;
    const copy = new Map(history.at(-1)?.copy);
    if (below(3) === 0) {
      table.delete(id);
      copy.delete(id);
    } else {
      const ball = { colour: COLOURS[below(4)] ?? null, size: below(3) };
      table.set(id, ball);
      copy.set(id, ball);
    }
    history.push({ atMs: nowMs, copy });
    if (below(5) > 0) continue;
    const before = history.findLast(({ atMs }) => atMs <= nowMs - 50)?.copy ?? new Map<string, Ball>();
    expect(read(table)).toEqual(expected(copy));
    expect(read(table.seen)).toEqual(expected(before));
  }
  nowMs += 50;
  expect(read(table.seen)).toEqual(read(table));
});

test('what is not late is seen at once', () => {
  const table = createTable<Ball, 'colour' | 'size'>({ delayMs: 0, nowMs: () => 0 }, INDEXES);
  table.set('ball', { colour: 'red', size: 1 });
  expect(table.seen.has('ball')).toBe(true);
  expect(table.seen.size).toBe(1);
  expect([table.isIndexed('colour'), table.isIndexed('weight'), table.isIndexed('constructor')]).toEqual([
    true,
    false,
    false,
  ]);
});
