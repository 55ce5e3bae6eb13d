import { expect, test } from 'vitest';
import { configurationsIn, deploy, destination, newStorage, personIn, startCloud, tagRules } from './rig.ts';

const WRITE = 'Microsoft.Network/networkInterfaces/tapConfigurations/write';
const AWAKE_MS = 60_000;
/** What host.json says. */
const FUNCTION_MS = 300_000;

test(
  'an operation that is stuck when an invocation has little time left is not waited for, and its machine comes back',
  { timeout: 90_000 },
  async () => {
    const cloud = await startCloud();
    const alice = personIn(cloud);
    const frontend = await alice.createFrontend();
    await alice.createTap('soc', frontend);
    const rules = tagRules({ sensor: destination(frontend) }, { interruption: { settle: '0s', inFlight: 1 } });
    const deployment = await deploy(cloud, rules, { instances: 1, storage: await newStorage() });
    const machines = await alice.launch(2, { tags: { mirror: 'sensor' } });
    cloud.clock.skip(AWAKE_MS);
    // The second one begins when its invocation has two minutes left.
    cloud.controls.slowNext(WRITE, 160_000);
    cloud.controls.slowNext(WRITE, 175_000);
    await deployment.sweep();
    const tookMs = deployment.journal.flatMap((entry) => (entry.kind === 'finished' ? [entry.tookMs] : []));
    expect(Math.max(...tookMs)).toBeGreaterThan(FUNCTION_MS / 2);
    expect(Math.max(...tookMs)).toBeLessThan(FUNCTION_MS);
    expect(deployment.failures).toEqual([]);
    await deployment.sweepUntil(() => configurationsIn(cloud).every(({ state }) => state === 'Succeeded'));
    expect(configurationsIn(cloud).map(({ state }) => state)).toEqual(['Succeeded', 'Succeeded']);
    for (const { id } of machines) expect(deployment.writes.of(id)).toBe(1);
  },
);
