import { expect, test } from 'vitest';
import { configurationsIn, deploy, destination, personIn, startCloud, tagRules } from './rig.ts';

const MACHINES = 3;

async function startMirrored() {
  const cloud = await startCloud();
  const alice = personIn(cloud);
  const frontend = await alice.createFrontend();
  const tap = await alice.createTap('soc', frontend);
  const deployment = await deploy(cloud, tagRules({ sensor: destination(frontend) }));
  const machines = await alice.launch(MACHINES, { tags: { mirror: 'sensor' } });
  await deployment.calm();
  const standing = (): readonly string[] =>
    configurationsIn(cloud).map(({ name, tap: to, state }) => `${name} ${to} ${state}`);
  const all = (to: string): readonly string[] =>
    Array.from({ length: MACHINES }, () => `tapkeeper-v1-soc ${to} Succeeded`);
  expect(standing()).toEqual(all('soc'));
  cloud.interruptions.reset();
  const interruptions = (): readonly number[] => machines.map(({ id }) => cloud.interruptions.of(id));
  return { cloud, alice, frontend, tap, deployment, standing, all, interruptions };
}

/** What is remembered of VTAPs between reads is older than this then. */
const REMEMBERED_MS = 15 * 60_000;

test(
  'a VTAP that was deleted and created again under the same name is attached to again, once',
  { timeout: 90_000 },
  async () => {
    const { cloud, alice, frontend, tap, deployment, standing, all, interruptions } = await startMirrored();
    for (const { id } of cloud.state.tapConfigurations) await alice.remove(id);
    await cloud.idle();
    cloud.clock.skip(REMEMBERED_MS);
    await alice.remove(tap);
    await cloud.idle();
    await deployment.calm();
    expect(standing()).toEqual([]);
    await deployment.sweep();
    expect(deployment.holds()).toContain('destination-missing');

    cloud.interruptions.reset();
    await alice.createTap('soc', frontend);
    cloud.clock.skip(REMEMBERED_MS);
    await deployment.sweep();
    expect(standing()).toEqual(all('soc'));
    await deployment.sweep();
    expect(interruptions()).toEqual(Array.from({ length: MACHINES }, () => 1));
  },
);

test(
  'a frontend that gets another VTAP takes its sources along, each interrupted once',
  { timeout: 90_000 },
  async () => {
    const { cloud, alice, frontend, tap, deployment, standing, all, interruptions } = await startMirrored();
    await alice.call('PUT', tap, {
      location: 'eastus',
      properties: { destinationLoadBalancerFrontEndIPConfiguration: { id: await alice.createFrontend() } },
    });
    await alice.createTap('newer', frontend);
    cloud.clock.skip(REMEMBERED_MS);
    expect(await deployment.sweep()).toEqual([]);
    expect(standing()).toEqual(all('newer'));
    await deployment.sweep();
    expect(interruptions()).toEqual(Array.from({ length: MACHINES }, () => 1));
    expect(deployment.writes.writes.filter(({ method }) => method === 'DELETE')).toEqual([]);
  },
);
