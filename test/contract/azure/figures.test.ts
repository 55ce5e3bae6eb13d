import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HttpClient } from '../../../functions/arm/traffic/exchange.ts';
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

async function createTagged(name: string): Promise<void> {
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
}

async function createMirrored(name: string): Promise<void> {
  await createTagged(name);
  await request(cloud, 'PUT', networkPath(cloud, `networkInterfaces/${name}/tapConfigurations/tapkeeper-v1-soc`), {
    properties: { virtualNetworkTap: { id: networkPath(cloud, 'virtualNetworkTaps/tap') } },
  });
}

const isRead = ({ method, url }: { readonly method: string; readonly url: string }): boolean =>
  method === 'GET' && !/\/operation(s|results)\//i.test(url);

/** The most reads that go on at the same time. */
function watchReads() {
  let going = 0;
  let most = 0;
  const httpClient: HttpClient = {
    async sendRequest(sent) {
      if (!isRead(sent)) return cloud.httpClient.sendRequest(sent);
      going += 1;
      most = Math.max(most, going);
      return cloud.httpClient.sendRequest(sent).finally(() => void (going -= 1));
    },
  };
  return { httpClient, most: () => most };
}

/** The function app, and the kinds of lines that it journals. */
async function start(httpClient: HttpClient): Promise<ReadonlySet<string>> {
  const rulesPath = join(folder, 'rules.yaml');
  const rules = `version: 1
owner: soc
interruption: { settle: 0s }
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
  const overrides = { journal, httpClient };
  host = hostFunctions(cloud, { rulesPath, mode: 'enforce', sweepSeconds: null, overrides });
  return kinds;
}

const eventOf = (name: string, about: 'machine' | 'interface') => ({
  type: 'Microsoft.Resources.ResourceWriteSuccess',
  subject: about === 'machine' ? machinePath(cloud, name) : networkPath(cloud, `networkInterfaces/${name}`),
  data: {
    operationName:
      about === 'machine' ? 'Microsoft.Compute/virtualMachines/write' : 'Microsoft.Network/networkInterfaces/write',
  },
});

test('a sweep of a thousand machines, all mirrored, is five list calls at most, and nothing is left to do', async () => {
  const names = Array.from({ length: 1000 }, (_, index) => `m${index}`);
  await mapLimited(names, 8, createMirrored);
  await cloud.idle();
  expect(
    cloud.state.tapConfigurations.filter(({ provisioningState }) => provisioningState === 'Succeeded'),
  ).toHaveLength(1000);

  const kinds = await start(cloud.httpClient);
  cloud.calls.reset();
  cloud.interruptions.reset();
  await host.sweep();
  await host.idle();
  const single = Object.keys(cloud.calls.counts()).filter((call) => !call.startsWith('LIST '));
  // The VTAP that the rules name; whatever subscription it is in, it is read by its id.
  expect(single).toEqual(['GET Microsoft.Network/virtualNetworkTaps']);
  expect(cloud.calls.reads()).toBeLessThanOrEqual(5);
  expect([...kinds]).toEqual(['finished']);
  expect(cloud.interruptions.most()).toBe(0);
}, 120_000);

test.each(['machine', 'interface'] as const)(
  'an event of a running machine, by its %s, is three reads at a time at most, one write and one interruption',
  async (about) => {
    const reads = watchReads();
    await start(reads.httpClient);
    // The second one finds what the first one has read of the VTAPs and the networks.
    for (const name of ['cold', 'warm']) {
      await createTagged(name);
      await cloud.idle();
      cloud.calls.reset();
      await host.deliver(eventOf(name, about));
      await host.idle();
      expect(cloud.calls.reads()).toBeLessThanOrEqual(name === 'warm' ? 3 : 4);
      expect(reads.most()).toBeLessThanOrEqual(3);
      expect(cloud.calls.writes()).toBe(1);
      expect(cloud.interruptions.of(machinePath(cloud, name))).toBe(1);
      cloud.calls.reset();
      await host.deliver(eventOf(name, about));
      await host.idle();
      expect(cloud.calls.reads()).toBeLessThanOrEqual(3);
      expect(cloud.calls.writes()).toBe(0);
      expect(cloud.interruptions.of(machinePath(cloud, name))).toBe(1);
    }
  },
);
