import { expect, test } from 'vitest';
import { configurationsIn, deploy, destination, personIn, startCloud, tagRules } from './rig.ts';

const FLAPS = 5;
const SETTLE_MS = 30_000;

test(
  'a tag that comes and goes on a running machine interrupts it once at most, and delays no machine that does not run',
  { timeout: 90_000 },
  async () => {
    const cloud = await startCloud();
    const alice = personIn(cloud);
    const frontend = await alice.createFrontend();
    await alice.createTap('soc', frontend);
    const deployment = await deploy(cloud, tagRules({ sensor: destination(frontend) }), { instances: 2 });
    const [stays, goes] = await alice.launch(2);
    const [kept, left] = [stays?.id ?? '', goes?.id ?? ''];
    for (let flap = 0; flap < FLAPS; flap++) {
      await alice.tag([kept, left], { mirror: 'sensor' });
      await cloud.clock.sleep(SETTLE_MS / 10);
      await alice.untag([kept, left], 'mirror');
      await cloud.clock.sleep(SETTLE_MS / 10);
    }
    await alice.tag([kept], { mirror: 'sensor' });
    await deployment.calm();
    expect(configurationsIn(cloud).map(({ source }) => source)).toEqual([stays?.source]);
    expect(cloud.interruptions.of(kept)).toBe(1);
    expect(cloud.interruptions.of(left)).toBe(0);
    expect(deployment.holds()).toContain('settling');

    const source = await alice.createInterface({ mirror: 'sensor' });
    await deployment.calm();
    expect(configurationsIn(cloud).map((one) => one.source)).toContain(source);
    expect(deployment.holds()).not.toContain('settling');
  },
);
