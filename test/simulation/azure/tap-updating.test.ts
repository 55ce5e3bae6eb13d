import { expect, test } from 'vitest';
import { configurationsIn, deploy, destination, personIn, startCloud, tagRules } from './rig.ts';

const WRITE = 'Microsoft.Network/networkInterfaces/tapConfigurations/write';
const AWAKE_MS = 60_000;

test(
  'a machine that is tagged while its VTAP is being written is attached when that is over, without a sweep',
  { timeout: 90_000 },
  async () => {
    const cloud = await startCloud({ tapWhileWritten: 'updating' });
    const alice = personIn(cloud);
    const frontend = await alice.createFrontend();
    await alice.createTap('soc', frontend);
    const rules = tagRules({ sensor: destination(frontend) }, { interruption: { settle: '0s' } });
    const deployment = await deploy(cloud, rules, { instances: 1 });
    const [first, second] = await alice.launch(2);
    if (first === undefined || second === undefined) throw new Error('two machines are launched');
    cloud.controls.slowNext(WRITE, 200_000);
    await alice.tag([first.id], { mirror: 'sensor' });
    while (configurationsIn(cloud).length === 0) await new Promise((resolve) => setImmediate(resolve));
    cloud.clock.skip(AWAKE_MS);
    await alice.tag([second.id], { mirror: 'sensor' });
    await deployment.calm();
    expect(deployment.holds()).toContain('destination-unhealthy');
    expect(configurationsIn(cloud).map(({ state }) => state)).toEqual(['Succeeded', 'Succeeded']);
  },
);
