import { expect, test } from 'vitest';
import { configurationsIn, deploy, destination, personIn, startCloud, tagRules } from './rig.ts';

const MACHINES = 60;
/** What may be taken away in one process before a person is asked. */
const LIMIT = 5;
const INSTANCES = 2;
/** What events took in a batch, and what a sweep let go, each counted by itself. */
const BASES = 2;

test(
  'a storm of untags takes no more than the guard lets each process take, until a person says yes',
  { timeout: 120_000 },
  async () => {
    const cloud = await startCloud();
    const alice = personIn(cloud);
    const frontend = await alice.createFrontend();
    await alice.createTap('soc', frontend);
    const rules = tagRules(
      { sensor: destination(frontend) },
      { guard: { count: LIMIT, percent: 5 }, interruption: { settle: '0s' } },
    );
    const deployment = await deploy(cloud, rules, { instances: INSTANCES });
    const machines = await alice.launch(MACHINES, { sourceTags: { mirror: 'sensor' } });
    await deployment.calm();
    expect(configurationsIn(cloud)).toHaveLength(MACHINES);

    await alice.untag(
      machines.map(({ source }) => source),
      'mirror',
    );
    await deployment.calm();
    const left = configurationsIn(cloud).length;
    expect(left).toBeGreaterThanOrEqual(MACHINES - INSTANCES * BASES * LIMIT);
    expect(left).toBeLessThan(MACHINES);
    const trips = deployment.journal.flatMap((entry) => (entry.kind === 'guard-tripped' ? entry.trips : []));
    expect(trips.map(({ name }) => name)).toContain('limit');

    // What is tagged meanwhile is mirrored all the same.
    await alice.launch(1, { sourceTags: { mirror: 'sensor' } });
    await deployment.calm();
    expect(configurationsIn(cloud)).toHaveLength(left + 1);

    for (let lifted = 0; lifted < 3 && configurationsIn(cloud).length > 1; lifted++)
      await deployment.lift('limit', 'all');
    expect(configurationsIn(cloud)).toHaveLength(1);
  },
);
