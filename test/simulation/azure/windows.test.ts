import { expect, test } from 'vitest';
import { configurationsIn, deploy, destination, personIn, startCloud, tagRules } from './rig.ts';

const HOUR_MS = 3_600_000;

test(
  'while no window is open nothing of a running machine changes, and what does not run is not kept waiting',
  { timeout: 90_000 },
  async () => {
    const cloud = await startCloud();
    const alice = personIn(cloud);
    const frontend = await alice.createFrontend();
    await alice.createTap('soc', frontend);
    const opens = new Date(cloud.clock.now() + 3 * HOUR_MS);
    const window = { cron: `0 ${opens.getUTCHours()} * * *`, duration: '1h', timeZone: 'UTC' };
    const rules = tagRules({ sensor: destination(frontend) }, { interruption: { settle: '0s', windows: [window] } });
    const deployment = await deploy(cloud, rules);
    const running = await alice.launch(3);
    const [stopped] = await alice.launch(1);
    await alice.power(stopped?.id ?? '', 'deallocate');
    await deployment.calm();

    await alice.tag(
      [...running, ...(stopped === undefined ? [] : [stopped])].map(({ id }) => id),
      { mirror: 'sensor' },
    );
    await deployment.calm();
    await deployment.sweep();
    expect(configurationsIn(cloud).map(({ source }) => source)).toEqual([stopped?.source]);
    expect(deployment.holds()).toContain('outside-window');
    expect([...cloud.interruptions.all()]).toEqual([]);

    // Nor does what is there go.
    await alice.power(stopped?.id ?? '', 'start');
    await deployment.calm();
    await alice.untag([stopped?.id ?? ''], 'mirror');
    await deployment.calm();
    await deployment.sweep();
    expect(configurationsIn(cloud)).toHaveLength(1);
    expect([...cloud.interruptions.all()]).toEqual([]);

    cloud.clock.skip(opens.setUTCMinutes(5, 0, 0) - cloud.clock.now());
    await deployment.sweep();
    expect(configurationsIn(cloud).map(({ source }) => source)).toEqual(running.map(({ source }) => source).sort());
    expect([...cloud.interruptions.all().values()]).toEqual([1, 1, 1, 1]);
  },
);
