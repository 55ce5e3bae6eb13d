import { describe, expect, it } from 'vitest';
import { parseFilterId, parseTargetId } from '../../../../shared/ids.ts';
import { isLess, NO_HARM } from '../../../../shared/plan/steps/harm.ts';
import { findRoute, type Ground, type Mover } from '../../../../shared/plan/steps/search.ts';
import type { Settings } from '../../../../shared/words.ts';

const at = (number: number, packetLength: number | null = null): Settings => ({
  target: parseTargetId('tmt-1'),
  filter: parseFilterId('tmf-1'),
  number,
  packetLength,
  virtualNetworkId: null,
});

const ground: Ground = { fixed: [], room: 3, numbers: { lowest: 1, highest: 32_766 }, harmOf: () => NO_HARM };

const numbersOf = (movers: readonly Mover[], spare: number, on: Ground): readonly (number | null)[] | null =>
  findRoute(movers, spare, on)?.moves.map(({ to }) => to?.number ?? null) ?? null;

describe('a route', () => {
  const coming: Mover = { from: null, to: at(5) };
  const going: Mover = { from: at(7), to: null };

  it('brings what comes before what goes, and where there is no room the other way round', () => {
    expect(numbersOf([coming, going], 0, ground)).toEqual([5, null]);
    expect(numbersOf([coming, going], 0, { ...ground, room: 1 })).toEqual([null, 5]);
  });

  it('is none where a number is taken that does not move', () => {
    expect(numbersOf([coming, going], 2, { ...ground, fixed: [5] })).toBeNull();
  });

  it('goes past the end of the numbers on no side', () => {
    const swap = (a: number, b: number): readonly Mover[] => [
      { from: at(a), to: at(b) },
      { from: at(b), to: at(a) },
    ];
    expect(numbersOf(swap(2, 1), 1, ground)).toEqual([3, 2, 1]);
    expect(numbersOf(swap(32_765, 32_766), 1, ground)).toEqual([32_764, 32_765, 32_766]);
  });

  it('tells movers apart that differ only in what does not matter to the order', () => {
    const movers: readonly Mover[] = [1, 2, 3].map((number) => ({ from: at(number), to: at(number, 1500) }));
    const isOdd = (settings: readonly (Settings | null)[]): boolean => settings[2]?.packetLength === null;
    const late: Ground = { ...ground, harmOf: (settings) => ({ taken: 0, hidden: isOdd(settings) ? 1 : 0 }) };
    expect(numbersOf(movers, 0, late)).toEqual([3, 1, 2]);
  });
});

describe('harm', () => {
  it('is less where less is taken from others, whatever we lose', () => {
    expect(isLess({ taken: 0, hidden: 9 }, { taken: 1, hidden: 0 })).toBe(true);
    expect(isLess({ taken: 1, hidden: 0 }, { taken: 0, hidden: 9 })).toBe(false);
    expect(isLess({ taken: 1, hidden: 1 }, { taken: 1, hidden: 2 })).toBe(true);
  });
});
