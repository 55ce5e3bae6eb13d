import { expect, test } from 'vitest';
import { configurationsIn, deploy, destination, personIn, startCloud, tagRules } from './rig.ts';

const MACHINES = 30;
const IN_FLIGHT = 3;

test(
  'while a backfill changes running machines an event about another one gets its turn',
  { timeout: 120_000 },
  async () => {
    const cloud = await startCloud();
    const alice = personIn(cloud);
    const frontend = await alice.createFrontend();
    await alice.createTap('soc', frontend);
    await alice.launch(MACHINES, { tags: { mirror: 'sensor' } });
    const [late] = await alice.launch(1);
    // Nobody has told of these: all is left to the sweep.
    await cloud.queues.queue('tapkeeper-events').clearMessages();
    const rules = tagRules({ sensor: destination(frontend) }, { interruption: { inFlight: IN_FLIGHT, settle: '0s' } });
    const deployment = await deploy(cloud, rules, { instances: 2 });
    cloud.interruptions.reset();

    let after = 0;
    const attached = (): number => configurationsIn(cloud).length;
    const isEventDone = (): boolean => configurationsIn(cloud).some(({ source }) => source === late?.source);
    const end = cloud.onChange(() => {
      if (after === 0 && isEventDone()) after = attached();
    });
    await deployment.hosts[0].sweep();
    await alice.tag([late?.id ?? ''], { mirror: 'sensor' });
    await deployment.calm();
    end();
    await deployment.sweepUntil(() => attached() === MACHINES + 1);
    expect(attached()).toBe(MACHINES + 1);
    expect(after).toBeLessThan(MACHINES / 2);
    expect([...cloud.interruptions.all().values()]).toEqual(Array.from({ length: MACHINES + 1 }, () => 1));
    expect(cloud.interruptions.most()).toBeLessThanOrEqual(IN_FLIGHT);
  },
);
