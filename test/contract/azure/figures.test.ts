import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FunctionsHost } from '../../../local/azure/host/host-app.ts';
import { hostFunctions } from '../../../local/azure/host.ts';
import { type AzureCloud, startAzureCloud } from '../../../local/azure/start.ts';
import { mapLimited } from '../../../shared/reconcile/map-limited.ts';
import { layGround, LOCATION, machinePath, networkPath, request } from '../../local/azure/fleet.ts';

let cloud: AzureCloud;
let host: FunctionsHost;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapkeeper-'));
  // Nobody listens while the fleet is made.
  cloud = await startAzureCloud({
    operationMs: 1,
    settleMs: 1,
    eventFilter: { includedEventTypes: [], advancedFilters: [] },
  });
  await layGround(cloud);
});
afterEach(async () => {
  await host.stop();
  await cloud.stop();
  await rm(folder, { recursive: true });
});

async function createMirrored(name: string): Promise<void> {
  const nic = networkPath(cloud, `networkInterfaces/${name}`);
  const subnet = { id: networkPath(cloud, 'virtualNetworks/vnet/subnets/default') };
  await request(cloud, 'PUT', nic, {
    location: LOCATION,
    properties: { ipConfigurations: [{ name: 'ip', properties: { subnet } }] },
  });
  await request(cloud, 'PUT', machinePath(cloud, name), {
    location: LOCATION,
    tags: { mirror: 'sensor' },
    properties: { networkProfile: { networkInterfaces: [{ id: nic }] } },
  });
  await request(cloud, 'PUT', `${nic}/tapConfigurations/tapkeeper-v1-soc`, {
    properties: { virtualNetworkTap: { id: networkPath(cloud, 'virtualNetworkTaps/tap') } },
  });
}

test('a sweep of a thousand machines, all mirrored, is five list calls at most, and nothing is left to do', async () => {
  const names = Array.from({ length: 1000 }, (_, index) => `m${index}`);
  await mapLimited(names, 8, createMirrored);
  await cloud.idle();
  expect(
    cloud.state.tapConfigurations.filter(({ provisioningState }) => provisioningState === 'Succeeded'),
  ).toHaveLength(1000);

  const rulesPath = join(folder, 'rules.yaml');
  const rules = `version: 1
owner: soc
destinations:
  sensor:
    cloud: azure
    virtualNetworkTap: ${networkPath(cloud, 'virtualNetworkTaps/tap')}
rules:
  - name: tagged
    when: { tag: mirror }
    mirror: { fromTag: mirror, among: [sensor] }
`;
  await writeFile(rulesPath, rules);
  const kinds = new Set<string>();
  const journal = { write: ({ kind }: { readonly kind: string }) => void kinds.add(kind) };
  host = hostFunctions(cloud, { rulesPath, mode: 'enforce', sweepSeconds: null, overrides: { journal } });
  cloud.calls.reset();
  await host.sweep();
  await host.idle();
  expect(cloud.calls.reads()).toBeLessThanOrEqual(5);
  expect(cloud.calls.writes()).toBe(0);
  expect([...kinds]).toEqual(['finished']);
}, 120_000);
