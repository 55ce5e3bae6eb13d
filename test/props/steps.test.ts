import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderSteps, type Step } from '../../shared/plan/steps/order.ts';
import type { Attachment, Settings } from '../../shared/words.ts';
import { courses, type CourseCase } from './courses.ts';
import { kindsOf } from './packets.ts';
import { findLoss, findTaken, hasWay, isLegal, type Journey } from './ways.ts';

type Ours = ReadonlyMap<Attachment | Step, Settings>;

/** Ours after each step, the start included; throws at a step that is about nothing, or about something that looks otherwise. */
function worldsOf({ course }: CourseCase, steps: readonly Step[]): readonly Ours[] {
  const worlds: Ours[] = [new Map(course.ours.map((one) => [one, one.settings]))];
  for (const step of steps) {
    const next = new Map(worlds.at(-1));
    if (step.kind === 'create') next.set(step, step.to);
    else {
      expect(next.get(step.attachment)).toEqual(step.from);
      if (step.kind === 'remove') next.delete(step.attachment);
      else next.set(step.attachment, step.to);
    }
    worlds.push(next);
  }
  return worlds;
}

const lastOf = (worlds: readonly Ours[]): Ours => worlds.at(-1) ?? new Map();

function journeyOf({ course, filters }: CourseCase, worlds: readonly Ours[]): Journey {
  return {
    theirs: course.theirs.map(({ id, settings }) => ({ settings, theirs: id })),
    from: course.ours.map(({ settings }) => settings),
    to: [...lastOf(worlds).values()],
    limit: 3,
    kinds: kindsOf(filters, []),
  };
}

const wanted = ({ course: { ours, placements, leaving } }: CourseCase): readonly Settings[] => {
  const named = new Set([
    ...placements.map(({ attachment }) => attachment),
    ...leaving.map(({ attachment }) => attachment),
  ]);
  return [...ours.filter((one) => !named.has(one)).map(({ settings }) => settings), ...placements.map(({ to }) => to)];
};

/** What the rules file leaves open is whatever the session that became it had. */
const looks = (settings: Iterable<Settings>): readonly string[] =>
  [...settings].map(({ target, filter, number }) => `${number} ${target} ${filter}`).sort();

const retargetsIn = (steps: readonly Step[]): number =>
  steps.filter((step) => step.kind === 'change' && step.from.target !== step.to.target).length;

const removalsIn = (steps: readonly Step[]): number => steps.filter(({ kind }) => kind === 'remove').length;

const RUNS = { numRuns: 300 };

describe('the steps of any course', () => {
  const any = courses({ least: 1 });
  const many = courses({ least: 2 });

  it('lead to what is wanted, by calls that the cloud takes', () => {
    fc.assert(
      fc.property(any, (one) => {
        const steps = orderSteps(one.course);
        const worlds = worldsOf(one, steps);
        const journey = journeyOf(one, worlds);
        for (const ours of worlds) expect(isLegal(journey, [...ours.values()])).toBe(true);
        expect(looks(lastOf(worlds).values())).toEqual(looks(wanted(one)));
      }),
      RUNS,
    );
  });

  it('never take on the way what others see before, unless ours has it in the end', () => {
    fc.assert(
      fc.property(many, (one) => {
        const worlds = worldsOf(one, orderSteps(one.course));
        const journey = journeyOf(one, worlds);
        for (const ours of worlds) expect(findTaken(journey, [...ours.values()])).toBeNull();
      }),
      RUNS,
    );
  });

  it('lose nothing on the way that is mirrored before and after, unless every way of so many disruptions does', () => {
    fc.assert(
      fc.property(many, (one) => {
        const steps = orderSteps(one.course);
        const worlds = worldsOf(one, steps);
        const journey = journeyOf(one, worlds);
        const loss = worlds.map((ours) => findLoss(journey, [...ours.values()])).find((found) => found !== null);
        if (loss === undefined) return;
        const retargets = one.course.mayRetarget ? 6 : retargetsIn(steps);
        expect(hasWay(journey, { calls: steps.length, retargets, removals: removalsIn(steps) }), loss).toBe(false);
      }),
      RUNS,
    );
  });

  it('are the fewest of those that lose nothing and disrupt no more', () => {
    fc.assert(
      fc.property(many, (one) => {
        const steps = orderSteps(one.course);
        const worlds = worldsOf(one, steps);
        const journey = journeyOf(one, worlds);
        fc.pre(steps.length > 0 && worlds.every((ours) => findLoss(journey, [...ours.values()]) === null));
        const means = { calls: steps.length - 1, retargets: retargetsIn(steps), removals: removalsIn(steps) };
        expect(hasWay(journey, means)).toBe(false);
      }),
      RUNS,
    );
  });
});
