import { expect, test } from 'vitest';
import { configurationsIn, deploy, destination, personIn, startCloud, tagRules } from './rig.ts';

const INSTANCES = 3;
const IN_FLIGHT = 3;
const MACHINES = 18;
const SETS = 2;
const OF_A_SET = 4;

test(
  'several instances together interrupt no more machines at a time than they may, and one of an availability set',
  { timeout: 120_000 },
  async () => {
    const cloud = await startCloud();
    const alice = personIn(cloud);
    const frontend = await alice.createFrontend();
    await alice.createTap('soc', frontend);
    const rules = tagRules({ sensor: destination(frontend) }, { interruption: { inFlight: IN_FLIGHT, settle: '0s' } });
    const deployment = await deploy(cloud, rules, {
      instances: INSTANCES,
      groupOf: alice.groupOf,
    });
    const machines = [...(await alice.launch(MACHINES))];
    for (let made = 0; made < SETS; made++) {
      const availabilitySet = alice.newAvailabilitySet();
      machines.push(...(await alice.launch(OF_A_SET, { availabilitySet })));
    }
    await deployment.calm();
    await cloud.clock.sleep(STEADY_AFTER_MS);

    await alice.tag(
      machines.map(({ id }) => id),
      { mirror: 'sensor' },
    );
    await deployment.calm();
    await deployment.sweepUntil(() => configurationsIn(cloud).length === machines.length);
    expect(configurationsIn(cloud)).toHaveLength(machines.length);
    expect(machines.map(({ id }) => cloud.interruptions.of(id))).toEqual(machines.map(() => 1));
    expect(deployment.writes.most()).toBeLessThanOrEqual(IN_FLIGHT);
    expect(deployment.writes.mostOfOneGroup()).toBe(1);
    expect(cloud.interruptions.most()).toBeLessThanOrEqual(IN_FLIGHT);

    // What a sweep finds leaves one turn for events.
    cloud.interruptions.reset();
    await deployment.setRules(
      tagRules({ sensor: destination(frontend) }, { interruption: { inFlight: IN_FLIGHT, settle: '0s' }, rules: [] }),
    );
    await deployment.lift('all');
    for (let more = 0; more < 2 && configurationsIn(cloud).length > 0; more++) await deployment.lift('all');
    expect(configurationsIn(cloud)).toEqual([]);
    expect(machines.map(({ id }) => cloud.interruptions.of(id))).toEqual(machines.map(() => 1));
    expect(cloud.interruptions.most()).toBeLessThanOrEqual(IN_FLIGHT - 1);
    expect(deployment.writes.mostOfOneGroup()).toBe(1);
  },
);

/** Machines that have just started are not watched as running yet. */
const STEADY_AFTER_MS = 20_000;
