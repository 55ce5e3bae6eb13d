import { expect, test } from 'vitest';
import { deploy, destination, personIn, sessionsIn, startCloud, tagRules } from './rig.ts';

const MACHINES = 500;
/** What events may take away in one process, and what sweeps may let go in one, before a person is asked. */
const BY_EVENTS = 20;
const BY_SWEEPS = MACHINES / 10;
const PROCESSES = 2;

test(
  'a storm of five hundred untags takes no more than guard.count and a tenth for each process, until a person says yes',
  { timeout: 120_000 },
  async () => {
    const cloud = await startCloud();
    const alice = personIn(cloud);
    const sensor = destination(await alice.createTarget(), await alice.createFilter(), 100);
    const rules = tagRules({ sensor }, { guard: { count: BY_EVENTS, percent: 10 } });
    const deployment = await deploy(cloud, rules, {
      batchSize: 5,
      eventConcurrency: PROCESSES,
      bulkConcurrency: PROCESSES,
    });
    const machines = await alice.launch(MACHINES, { mirror: 'sensor' });
    expect(sessionsIn(cloud)).toHaveLength(MACHINES);

    for (const { id } of machines) await alice.untag([id], 'mirror');
    await cloud.idle();
    const left = sessionsIn(cloud).length;
    expect(left).toBeGreaterThanOrEqual(MACHINES - PROCESSES * (BY_EVENTS + BY_SWEEPS));
    expect(left).toBeLessThan(MACHINES);

    // A sweep that sees all of it takes nothing either, and what is tagged meanwhile is mirrored all the same.
    await deployment.sweep();
    expect(sessionsIn(cloud)).toHaveLength(left);
    expect(deployment.journal).toContainEqual(
      expect.objectContaining({ kind: 'guard-tripped', trips: [expect.objectContaining({ name: 'limit' })] }),
    );
    await alice.launch(1, { mirror: 'sensor' });
    expect(sessionsIn(cloud)).toHaveLength(left + 1);

    await deployment.host.resync(JSON.stringify({ scope: 'everything', mode: 'apply', lift: ['limit', 'all'] }));
    await cloud.idle();
    expect(sessionsIn(cloud)).toHaveLength(1);
  },
);
