import { describe, expect, it } from 'vitest';
import { converge } from '../../../shared/reconcile/converge.ts';
import { CONFIG, fleet, sessionsOf, sourceAt } from './fleets.ts';
import { harness, NOW } from './harness.ts';

describe('a destination whose target is missing', () => {
  const whole = fleet(1, ['tcp']);
  const without = { ...whole, targets: [] };
  const order = {
    scope: whole.scope,
    selection: { kind: 'subjects', subjects: [sourceAt(0)] },
    run: null,
    basis: 'batch',
    correlation: 'c-1',
    since: NOW,
    trigger: 'change',
    lane: 'event',
  } as const;

  it('is looked for once more in what was only remembered', async () => {
    const { deps, cloud } = harness(CONFIG, without);
    cloud.onForget = () => {
      cloud.edit((world) => ({ ...world, targets: whole.targets }));
      return true;
    };
    await converge(deps, order);
    expect(sessionsOf(cloud.world())).toEqual(['0: 100 tmt-tcp']);
    expect(cloud.reads).toHaveLength(2);
  });

  it('is held after one read when nothing old was remembered, and journaled once', async () => {
    const { deps, cloud, journal } = harness(CONFIG, without);
    await converge(deps, order);
    expect(cloud.reads).toHaveLength(1);
    expect(journal.filter(({ kind }) => kind === 'held')).toMatchObject([{ hold: { code: 'destination-missing' } }]);
  });

  it('is not looked for again by who has just read everything', async () => {
    const { deps, cloud } = harness(CONFIG, without);
    cloud.onForget = () => true;
    await converge(deps, { ...order, selection: { kind: 'everything' } });
    expect(cloud.reads).toHaveLength(1);
  });

  it('is not looked for a third time', async () => {
    const { deps, cloud, journal } = harness(CONFIG, without);
    cloud.onForget = () => true;
    await converge(deps, order);
    expect(cloud.reads).toHaveLength(2);
    expect(journal.filter(({ kind }) => kind === 'held')).toHaveLength(1);
  });
});
