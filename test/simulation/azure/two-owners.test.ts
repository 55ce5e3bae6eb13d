import { expect, test } from 'vitest';
import { configurationsIn, deploy, destination, newStorage, personIn, startCloud, tagRules } from './rig.ts';

const HOUR_MS = 3_600_000;

test(
  'of two deployments with different owners the one that came first keeps its configurations, and the other waits for room',
  { timeout: 90_000 },
  async () => {
    const cloud = await startCloud();
    const alice = personIn(cloud);
    const [first, second] = [await alice.createFrontend(), await alice.createFrontend()];
    await alice.createTap('of-soc', first);
    await alice.createTap('of-noc', second);
    const soc = await deploy(cloud, tagRules({ sensor: destination(first) }));
    const nocRules = tagRules({ sensor: destination(second) }, { owner: 'noc' });
    const noc = await deploy(cloud, nocRules, { storage: await newStorage() });

    await alice.launch(3, { tags: { mirror: 'sensor' } });
    await soc.calm();
    const ofSoc = configurationsIn(cloud);
    expect(ofSoc.map(({ name, tap }) => `${name} ${tap}`)).toEqual(
      Array.from({ length: 3 }, () => 'tapkeeper-v1-soc of-soc'),
    );
    await noc.sweep();
    expect(noc.holds()).toEqual(['no-room']);
    expect(configurationsIn(cloud)).toEqual(ofSoc);

    // What one of them no longer wishes goes, and makes room for the other.
    await soc.setRules(tagRules({ sensor: destination(first) }, { rules: [] }));
    await soc.sweep();
    expect(configurationsIn(cloud)).toEqual([]);
    await noc.sweep();
    const ofNoc = configurationsIn(cloud);
    expect(ofNoc.map(({ name, tap }) => `${name} ${tap}`)).toEqual(
      Array.from({ length: 3 }, () => 'tapkeeper-v1-noc of-noc'),
    );
    // Nor when the guard has forgotten what it let go.
    cloud.clock.skip(HOUR_MS);
    await soc.sweep();
    expect(configurationsIn(cloud)).toEqual(ofNoc);
  },
);
