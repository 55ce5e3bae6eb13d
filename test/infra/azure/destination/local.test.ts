import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AzureCloud, startAzureCloud } from '../../../../local/azure/start.ts';
import { parseEndpointId, parseTargetId } from '../../../../shared/ids.ts';
import type { World } from '../../../../shared/words.ts';
import { composeOver, scopeOf } from '../../../contract/azure/composed.ts';
import { request } from '../../../local/azure/fleet.ts';
import { deployWith, getWrite, SENSORS, SOURCES, writesOf } from './deployed.ts';

const LOCATION = 'eastus';
const group = (subscription: string, name: string): string => `/subscriptions/${subscription}/resourceGroups/${name}`;
const SECURITY = `${group(SENSORS, 'security')}/providers/Microsoft.Network`;
const WORKLOADS = `${group(SOURCES, 'workloads')}/providers/Microsoft.Network`;
const FRONTEND = `${SECURITY}/loadBalancers/sensors-eastus/frontendIPConfigurations/sensors`;

let cloud: AzureCloud;

async function put(path: string, body: object): Promise<void> {
  const { status, body: answer } = await request(cloud, 'PUT', path, body);
  expect(status, `${path}: ${JSON.stringify(answer)}`).toBeLessThan(300);
  await cloud.idle();
}

const putNetwork = (path: string, subnet: string): Promise<void> =>
  put(path, {
    location: LOCATION,
    properties: { addressSpace: { addressPrefixes: ['10.0.0.0/8'] }, subnets: [{ name: subnet }] },
  });

const putInterface = (path: string, subnet: string): Promise<void> =>
  put(path, {
    location: LOCATION,
    tags: { kept: 'yes' },
    properties: { ipConfigurations: [{ name: 'ipconfig1', properties: { subnet: { id: subnet } } }] },
  });

/** What Resource Manager does with a template whose values are known. */
async function deployHere(deployment = deployWith()): Promise<void> {
  for (const { id, body } of deployment.writes) await put(id, body);
}

/** What the CLI does with `az network nic ip-config address-pool add`: it reads the NIC, and writes all of it with the pool. */
async function runJoin(command: string): Promise<void> {
  const given = new Map([...command.matchAll(/--([a-z-]+) (\S+)/g)].map(([, name = '', value = '']) => [name, value]));
  const get = (name: string): string => given.get(name) ?? '';
  const nic = `${group(get('subscription'), get('resource-group'))}/providers/Microsoft.Network/networkInterfaces/${get('nic-name')}`;
  const { body } = await request(cloud, 'GET', nic);
  const configurations = body.properties['ipConfigurations'] as readonly {
    readonly name: string;
    readonly properties: object;
  }[];
  const ipConfigurations = configurations.map((one) =>
    one.name === get('ip-config-name')
      ? { ...one, properties: { ...one.properties, loadBalancerBackendAddressPools: [{ id: get('address-pool') }] } }
      : one,
  );
  await put(nic, { ...body, properties: { ...body.properties, ipConfigurations } });
}

beforeAll(async () => {
  cloud = await startAzureCloud({ operationMs: 2, settleMs: 2, subscriptions: [SENSORS, SOURCES] });
  await put(group(SENSORS, 'security'), { location: LOCATION });
  await put(group(SOURCES, 'workloads'), { location: LOCATION });
  await putNetwork(`${SECURITY}/virtualNetworks/security`, 'sensors');
  await putNetwork(`${WORKLOADS}/virtualNetworks/workloads`, 'default');
  await put(`${SECURITY}/networkSecurityGroups/sensors`, {
    location: LOCATION,
    properties: { securityRules: [{ name: 'theirs', properties: { priority: 100 } }] },
  });
  for (const name of ['sensor-1-nic', 'sensor-2-nic'])
    await putInterface(`${SECURITY}/networkInterfaces/${name}`, `${SECURITY}/virtualNetworks/security/subnets/sensors`);
  await deployHere();
  for (const command of deployWith().outputs['joinCommands'] as readonly string[]) await runJoin(command);
});
afterAll(() => cloud.stop());

const readWorld = (): Promise<World> =>
  composeOver(cloud, [{ kind: 'loadBalancerFrontend', id: parseEndpointId(FRONTEND) }]).cloud.read(scopeOf(cloud), {
    kind: 'everything',
  });

const unfitOf = ({ sources }: World): readonly (string | null)[] => sources.map(({ unfit }) => unfit);

test('a rules file that names the frontend finds the VTAP in front of it', async () => {
  const { targets, incomplete } = await readWorld();
  const id = parseTargetId(getWrite(deployWith(), 'virtualNetworkTaps').id);
  expect(incomplete).toEqual([]);
  expect(targets).toMatchObject([{ id, reaches: parseEndpointId(FRONTEND), region: LOCATION, unhealthy: null }]);
});

test('sensors that have joined the pool are never mirrored, after another deployment either', async () => {
  const areCollectors = Array.from({ length: 2 }, () => expect.stringContaining('collector') as string);
  expect(unfitOf(await readWorld())).toEqual(areCollectors);
  await deployHere();
  expect(unfitOf(await readWorld())).toEqual(areCollectors);
  const { body } = await request(cloud, 'GET', `${SECURITY}/networkInterfaces/sensor-1-nic`);
  expect(body).toMatchObject({ tags: { kept: 'yes' } });
});

test.each([
  ['the sensors', `${SECURITY}/virtualNetworks/security`],
  ['the sources', `${WORKLOADS}/virtualNetworks/workloads`],
])('the network of %s is connected with the other one', async (_, network) => {
  const peerings = writesOf(deployWith(), 'virtualNetworks/virtualNetworkPeerings').map(({ id }) => id);
  const { body } = await request(cloud, 'GET', peerings.find((id) => id.startsWith(network)) ?? '');
  expect(body.properties['peeringState']).toBe('Connected');
});

test('the rules of the security group are added to those that are there', async () => {
  const { body } = await request(cloud, 'GET', `${SECURITY}/networkSecurityGroups/sensors`);
  const rules = body.properties['securityRules'] as readonly { readonly name: string }[];
  expect(rules.map(({ name }) => name).sort()).toEqual(['allow-mirrored-packets', 'allow-probes', 'theirs']);
});
