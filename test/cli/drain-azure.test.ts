import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Io } from '../../cli/io.ts';
import { type AzureCloud, startAzureCloud } from '../../local/azure/start.ts';
import { attach, createNic, GROUP, layGround, LOCATION, networkPath, clientsOf, QUICK } from '../local/azure/fleet.ts';
import { fileOf, type Ran, run } from './run.ts';

let cloud: AzureCloud;
let env: Io['env'];
beforeEach(async () => {
  cloud = await startAzureCloud({ operationMs: 10, settleMs: 2 });
  await layGround(cloud);
  env = {
    TAPKEEPER_ARM_ENDPOINT: cloud.endpoint,
    TAPKEEPER_SUBSCRIPTIONS: cloud.subscription,
    TAPKEEPER_MODE: 'paused',
  };
});
afterEach(() => cloud.stop());

const rules = (more = ''): string =>
  fileOf(`version: 1
owner: prod
${more}
destinations:
  soc:
    cloud: azure
    loadBalancerFrontend: ${networkPath(cloud, 'loadBalancers/lb/frontendIPConfigurations/front')}
rules:
  - { name: tagged, when: { tag: mirror }, mirror: { fromTag: mirror, among: [soc] } }
`);

const drain = (file: string): Promise<Ran> =>
  run(['drain', '--rules', file, '--lift', 'limit', '--lift', 'all'], { env, ask: async () => 'yes' });

/** A running machine with a configuration of that name on its only interface. */
async function mirrored(name: string, configuration: string, availabilitySet: string | null): Promise<void> {
  await createNic(cloud, `${name}-nic`);
  const place = availabilitySet === null ? {} : { availabilitySet: { id: availabilitySet } };
  await clientsOf(cloud).compute.virtualMachines.createOrUpdate(
    GROUP,
    name,
    {
      ...place,
      location: LOCATION,
      tags: { mirror: 'soc' },
      hardwareProfile: { vmSize: 'Standard_D2s_v5' },
      networkProfile: { networkInterfaces: [{ id: networkPath(cloud, `networkInterfaces/${name}-nic`) }] },
    },
    QUICK,
  );
  await attach(cloud, `${name}-nic`, configuration);
}

const left = (): readonly string[] =>
  cloud.state.tapConfigurations.map(({ id }) => id.split('/').slice(-3).join('/').toLowerCase()).sort();

/** How many DELETEs of configurations were under way at most, of those machines. */
function peakOf(isCounted: (path: string) => boolean): () => number {
  let peak = 0;
  cloud.onChange(() => {
    const going = cloud.state.tapConfigurations.filter(
      ({ id, provisioningState }) => provisioningState === 'Deleting' && isCounted(id.toLowerCase()),
    );
    peak = Math.max(peak, going.length);
  });
  return () => peak;
}

test('interrupts one of an availability set at a time, leaves those of others, and finds nothing of ours in the end', async () => {
  const set = await clientsOf(cloud).compute.availabilitySets.createOrUpdate(GROUP, 'web', {
    location: LOCATION,
    sku: { name: 'Aligned' },
  });
  for (const name of ['web1', 'web2', 'web3']) await mirrored(name, 'tapkeeper-v1-prod', set.id ?? null);
  for (const name of ['a', 'b', 'c']) await mirrored(name, 'tapkeeper-v1-prod', null);
  await mirrored('theirs', 'collector', null);
  const inSet = peakOf((path) => path.includes('/web'));
  const inAll = peakOf(() => true);

  const { code, out } = await drain(rules('interruption: { inFlight: 4, settle: 5m }'));

  expect([code, left()]).toEqual([0, ['theirs-nic/tapconfigurations/collector']]);
  expect(out).toMatch(/6 done, 0 gone, 0 refused, 0 held\.\n\nAzure \S+: nothing of ours is left\n$/);
  expect([inSet(), inAll() > 1 && inAll() <= 3]).toEqual([1, true]);
});

test('outside a window takes away what interrupts nobody, says when the next one opens, and exits with 2', async () => {
  await mirrored('running', 'tapkeeper-v1-prod', null);
  await mirrored('stopped', 'tapkeeper-v1-prod', null);
  await clientsOf(cloud).compute.virtualMachines.deallocate(GROUP, 'stopped', QUICK);
  await createNic(cloud, 'alone');
  await attach(cloud, 'alone', 'tapkeeper-v1-prod');

  const yearly = 'interruption: { windows: [{ cron: "0 2 1 1 *", duration: 1h, timeZone: UTC }] }';
  const { code, out } = await drain(rules(yearly));

  expect([code, left()]).toEqual([2, ['running-nic/tapconfigurations/tapkeeper-v1-prod']]);
  expect(out).toMatch(/! held +soc-lab\/running-nic .*outside-window.*the next one opens at \d{4}-01-01T02:00:00/);
  expect(out).toMatch(
    /: 1 left: soc-lab\/running-nic\/tapkeeper-v1-prod; run drain again when what holds it is over\n$/,
  );
});
