import { expect, test } from 'vitest';
import { configurationsIn, deploy, destination, personIn, startCloud, tagRules } from './rig.ts';

test(
  'TAP configurations that people made stay as they are, with the wished VTAP and with another',
  { timeout: 90_000 },
  async () => {
    const cloud = await startCloud();
    const alice = personIn(cloud);
    const frontend = await alice.createFrontend();
    const wished = await alice.createTap('wished', frontend);
    const other = await alice.createTap('other', await alice.createFrontend());
    const [same, different] = await alice.launch(2);
    await alice.attach(same?.source ?? '', 'source-tap-config', wished);
    await alice.attach(different?.source ?? '', 'tapkeeper-v1-noc', other);
    await cloud.idle();
    const before = configurationsIn(cloud);
    expect(before).toHaveLength(2);

    const deployment = await deploy(cloud, tagRules({ sensor: destination(frontend) }));
    cloud.interruptions.reset();
    await alice.tag([same?.id ?? '', different?.id ?? ''], { mirror: 'sensor' });
    await deployment.calm();
    await deployment.sweep();
    // What does the same counts as mirrored, and what does not leaves no room.
    expect(deployment.holds()).toEqual(['no-room']);

    await alice.untag([same?.id ?? '', different?.id ?? ''], 'mirror');
    await deployment.calm();
    await deployment.sweep();
    expect(configurationsIn(cloud)).toEqual(before);
    expect(deployment.writes.writes).toEqual([]);
    expect([...cloud.interruptions.all()]).toEqual([]);
  },
);
