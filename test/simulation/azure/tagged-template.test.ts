import { expect, test } from 'vitest';
import { configurationsIn, deploy, destination, personIn, startCloud, tagRules } from './rig.ts';

const MACHINES = 5;

test(
  'interfaces that are tagged in their template are attached before their machines start, and interrupt none',
  { timeout: 90_000 },
  async () => {
    const cloud = await startCloud();
    const alice = personIn(cloud);
    const frontend = await alice.createFrontend();
    await alice.createTap('soc', frontend);
    const deployment = await deploy(cloud, tagRules({ sensor: destination(frontend) }));
    const sources: string[] = [];
    for (let made = 0; made < MACHINES; made++) sources.push(await alice.createInterface({ mirror: 'sensor' }));
    await deployment.calm();
    expect(configurationsIn(cloud)).toHaveLength(MACHINES);

    for (const source of sources) await alice.createMachine(source);
    await deployment.calm();
    await deployment.sweep();
    expect(cloud.state.vms.map(({ powerState }) => powerState)).toEqual(sources.map(() => 'running'));
    expect(configurationsIn(cloud).map(({ state }) => state)).toEqual(sources.map(() => 'Succeeded'));
    expect([...cloud.interruptions.all()]).toEqual([]);
  },
);
