import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SOURCE_ROLE, TAP_ROLE } from '../../../functions/arm/roles.ts';
import type { Grant } from '../../../local/azure/arm/grants.ts';
import { FUNCTION_APP, hostFunctions } from '../../../local/azure/host.ts';
import { type AzureCloud, startAzureCloud } from '../../../local/azure/start.ts';
import { clientsOf, createMachine, GROUP, LOCATION, layGround, networkPath, QUICK } from '../../local/azure/fleet.ts';

const SOURCES = '11111111-1111-4111-8111-111111111111';
const TAPS = '22222222-2222-4222-8222-222222222222';

let folder: string;
let cloud: AzureCloud;
/** The same cloud, for whoever works in the subscription of the VTAPs. */
let beside: AzureCloud;
let ends: (() => Promise<void>)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapkeeper-'));
  cloud = await startAzureCloud({ operationMs: 2, settleMs: 2, subscriptions: [SOURCES, TAPS] });
  beside = { ...cloud, subscription: TAPS };
  ends = [() => rm(folder, { recursive: true }), cloud.stop];
  await layGround(cloud);
  await layGround(beside);
  await createTap('other', 'other-front');
  await cloud.idle();
});
afterEach(async () => {
  for (const end of ends.reverse()) await end();
});

async function createTap(name: string, frontend: string): Promise<void> {
  const { network } = clientsOf(beside);
  const subnet = { id: networkPath(beside, 'virtualNetworks/vnet/subnets/default') };
  const frontendIPConfigurations = [{ name: frontend, subnet }];
  const balancer = { location: LOCATION, sku: { name: 'Standard' }, frontendIPConfigurations };
  await network.loadBalancers.createOrUpdate(GROUP, name, balancer, QUICK);
  const front = { id: networkPath(beside, `loadBalancers/${name}/frontendIPConfigurations/${frontend}`) };
  const tap = { location: LOCATION, destinationLoadBalancerFrontEndIPConfiguration: front };
  await network.virtualNetworkTaps.createOrUpdate(GROUP, name, tap, QUICK);
}

const tapPath = (name: string): string => networkPath(beside, `virtualNetworkTaps/${name}`);

const frontend = (place: AzureCloud, name: string): string =>
  `loadBalancerFrontend: ${networkPath(place, `loadBalancers/${name}`)}`;

/** Two destinations, as rules name them. */
const DESTINATIONS = {
  taps: () => [`virtualNetworkTap: ${tapPath('tap')}`, `virtualNetworkTap: ${tapPath('other')}`],
  frontends: () => [
    frontend(beside, 'lb/frontendIPConfigurations/front'),
    frontend(beside, 'other/frontendIPConfigurations/other-front'),
  ],
  /** The VTAP of the first is in the subscription of the sources. */
  'frontends here': () => [
    frontend(cloud, 'lb/frontendIPConfigurations/front'),
    frontend(beside, 'other/frontendIPConfigurations/other-front'),
  ],
} as const;

/** The function app, held to these grants, and everything that it says. */
async function deploy(destinations: keyof typeof DESTINATIONS, grants: readonly Grant[]) {
  const [sensor, other] = DESTINATIONS[destinations]();
  const rulesPath = join(folder, 'tapkeeper.yaml');
  await writeFile(
    rulesPath,
    `
version: 1
owner: soc
interruption: { settle: 0s }
destinations:
  sensor: { cloud: azure, ${sensor} }
  other: { cloud: azure, ${other} }
rules:
  - name: tagged
    when: { tag: mirror }
    mirror: { fromTag: mirror, among: [sensor, other] }
`,
  );
  cloud.controls.holdTo(FUNCTION_APP.objectId, grants);
  const said: string[] = [];
  const host = hostFunctions(cloud, {
    rulesPath,
    mode: 'enforce',
    sweepSeconds: null,
    settings: { TAPKEEPER_SUBSCRIPTIONS: SOURCES },
    queueSettings: {
      batchSize: 4,
      newBatchThreshold: 0,
      maxDequeueCount: 2,
      visibilityMs: 0,
      messageEncoding: 'base64',
    },
    log: (line) => said.push(line),
    overrides: { journal: { write: (entry) => void said.push(JSON.stringify(entry)) }, pause: () => cloud.idle() },
  });
  ends.push(() => host.stop());
  return { host, said };
}

const attached = (): readonly string[] =>
  cloud.state.tapConfigurations.map(({ nic, tap }) => `${nic.split('/').at(-1)} to ${tap.split('/').at(-1)}`);

const tag = (name: string, tags: Record<string, string>) =>
  clientsOf(cloud).network.networkInterfaces.updateTags(GROUP, name, { tags });

type Deployed = Awaited<ReturnType<typeof deploy>>;

/** Has the interface of a machine be in a load balancer's pool: then the load balancer is looked at. */
async function putBehindBalancer(name: string): Promise<void> {
  const { network } = clientsOf(cloud);
  const balancer = networkPath(cloud, 'loadBalancers/app');
  const pools = { location: LOCATION, sku: { name: 'Standard' }, backendAddressPools: [{ name: 'pool' }] };
  await network.loadBalancers.createOrUpdate(GROUP, 'app', pools, QUICK);
  const nic = await network.networkInterfaces.get(GROUP, name);
  const loadBalancerBackendAddressPools = [{ id: `${balancer}/backendAddressPools/pool` }];
  const ipConfigurations = nic.ipConfigurations?.map((one) => ({ ...one, loadBalancerBackendAddressPools })) ?? [];
  await network.networkInterfaces.createOrUpdate(GROUP, name, { ...nic, ipConfigurations }, QUICK);
}

/** Launches, retags and untags a machine, and sweeps; what was attached after each step. */
async function walk({ host }: Deployed): Promise<readonly (readonly string[])[]> {
  const steps: (readonly string[])[] = [];
  const settle = async (): Promise<void> => {
    await host.idle();
    steps.push(attached());
  };
  await createMachine(cloud, 'vm', {});
  await putBehindBalancer('vm-nic');
  await tag('vm-nic', { mirror: 'sensor' });
  await settle();
  await tag('vm-nic', { mirror: 'other' });
  await settle();
  await tag('vm-nic', {});
  await settle();
  await host.sweep();
  await settle();
  return steps;
}

const ALL_DONE = [['vm-nic to tap'], ['vm-nic to other'], [], []];
const without = (actions: readonly string[], missing: readonly string[]): readonly string[] =>
  actions.filter((action) => !missing.includes(action));

const onSources = (...missing: readonly string[]): Grant => ({
  actions: without(SOURCE_ROLE.actions, missing),
  scope: `/subscriptions/${SOURCES}`,
});
const onTaps = (...missing: readonly string[]): Grant => ({
  actions: without(TAP_ROLE.actions, missing),
  scope: `/subscriptions/${TAPS}`,
});
const onSingle = (path: string): Grant => ({ actions: TAP_ROLE.actions, scope: path });

const deniedOf = ({ said }: Deployed): readonly string[] =>
  said.filter((line) => /AuthorizationFailed|"denied"/.test(line));

const appliedOf = ({ said }: Deployed): readonly string[] => said.filter((line) => line.includes('"kind":"applied"'));

/** What the walk does not need, and when it is needed. */
const NOT_EXERCISED: Readonly<Record<string, string>> = {
  'Microsoft.Network/locations/operationResults/read': 'where an answer has no Azure-AsyncOperation header',
  'Microsoft.Resources/subscriptions/read': 'to see the subscription in a list, where none is named',
};

describe('with exactly the roles, the function app does all its work', () => {
  test('where the tap role is on single VTAPs, and uses every action', async () => {
    const deployed = await deploy('taps', [onSources(), onSingle(tapPath('tap')), onSingle(tapPath('other'))]);
    expect(await walk(deployed)).toEqual(ALL_DONE);
    expect(deniedOf(deployed)).toEqual([]);
    expect(appliedOf(deployed)).toHaveLength(3);
    const unused = [...SOURCE_ROLE.actions, ...TAP_ROLE.actions].filter(
      (action) => !cloud.controls.exercised.has(action),
    );
    expect(unused).toEqual(Object.keys(NOT_EXERCISED));
  });

  test('where VTAPs are found by their load balancers', async () => {
    const deployed = await deploy('frontends', [onSources(), onTaps()]);
    expect(await walk(deployed)).toEqual(ALL_DONE);
    expect(deniedOf(deployed)).toEqual([]);
  });

  test('where such a VTAP is in the subscription of the machines', async () => {
    const deployed = await deploy('frontends here', [
      onSources(),
      onTaps(),
      onSingle(networkPath(cloud, 'virtualNetworkTaps/tap')),
    ]);
    expect(await walk(deployed)).toEqual(ALL_DONE);
    expect(deniedOf(deployed)).toEqual([]);
  });
});

describe('it lacks', () => {
  const TAPS_READ = 'Microsoft.Network/virtualNetworkTaps/read';
  /** Either tells what became of a write, so that one of them can be missed for a while. */
  const EITHER = [
    'Microsoft.Network/locations/operations/read',
    'Microsoft.Network/networkInterfaces/tapConfigurations/read',
  ];
  const tolerated = [...Object.keys(NOT_EXERCISED), TAPS_READ, ...EITHER];

  test.each(SOURCE_ROLE.actions.filter((action) => !tolerated.includes(action)))(
    '%s where the machines are, and says so',
    async (action) => {
      const deployed = await deploy('taps', [onSources(action), onTaps()]);
      await walk(deployed);
      expect(deniedOf(deployed).some((line) => line.includes(action))).toBe(true);
    },
  );

  test('both ways to ask what became of a write, and no write is known to be done', async () => {
    const deployed = await deploy('taps', [onSources(...EITHER), onTaps()]);
    await walk(deployed);
    expect(appliedOf(deployed)).toHaveLength(0);
  });

  test.each(TAP_ROLE.actions)('%s where the VTAPs are, and says so', async (action) => {
    const deployed = await deploy('taps', [onSources(), onTaps(action)]);
    expect(await walk(deployed)).not.toEqual(ALL_DONE);
    expect(deniedOf(deployed).some((line) => line.includes(action))).toBe(true);
  });

  test('reading VTAPs beside the machines, and finds none there', async () => {
    const here = onSingle(networkPath(cloud, 'virtualNetworkTaps/tap'));
    const deployed = await deploy('frontends here', [onSources(TAPS_READ), onTaps(), here]);
    expect(await walk(deployed)).not.toEqual(ALL_DONE);
    expect(deniedOf(deployed).some((line) => line.includes(TAPS_READ))).toBe(true);
  });
});
