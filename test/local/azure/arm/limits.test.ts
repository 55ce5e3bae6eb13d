import { createNetworkManagement } from '@azure/arm-network/api';
import { afterEach, expect, test } from 'vitest';
import { credentialOf } from '../../../../local/azure/identities.ts';
import { startAzureCloud, type AzureCloud, type AzureOptions } from '../../../../local/azure/start.ts';
import {
  ALICE,
  attach,
  clientsOf,
  createMachine,
  createNic,
  GROUP,
  layGround,
  networkPath,
  request,
} from '../fleet.ts';

const WRITE = 'Microsoft.Network/networkInterfaces/tapConfigurations/write';
let cloud: AzureCloud;
afterEach(() => cloud.stop());

async function start(options: AzureOptions = {}): Promise<AzureCloud> {
  cloud = await startAzureCloud({ operationMs: 5, settleMs: 5, ...options });
  await layGround(cloud);
  await createNic(cloud, 'nic');
  return cloud;
}

const reference = (tap: string) => ({
  properties: { virtualNetworkTap: { id: networkPath(cloud, `virtualNetworkTaps/${tap}`) } },
});
const put = (name: string) =>
  request(cloud, 'PUT', networkPath(cloud, `networkInterfaces/nic/tapConfigurations/${name}`), reference('tap'));

test('the pipeline without models reads the destination that the client with models loses', async () => {
  await start();
  const client = createNetworkManagement(credentialOf(ALICE), '', { httpClient: cloud.httpClient });
  const answer: { body: unknown } = await client
    .pathUnchecked(`${networkPath(cloud, 'virtualNetworkTaps/tap')}?api-version=2024-05-01`)
    .get();
  const destination = { id: networkPath(cloud, 'loadBalancers/lb/frontendIPConfigurations/front') };
  expect(answer.body).toMatchObject({ properties: { destinationLoadBalancerFrontendIPConfiguration: destination } });
});

test('a busy interface can answer with the 429 that is a lock', async () => {
  await start({ busyCode: 'RetryableErrorDueToAnotherOperation', operationMs: 500 });
  await put('a');
  expect(await put('a')).toMatchObject({
    status: 429,
    body: { error: { code: 'RetryableErrorDueToAnotherOperation' } },
  });
});

test('who may not join the VTAP may not attach, and who is out of quota is told how long to wait', async () => {
  await start();
  cloud.controls.deny('Microsoft.Network/virtualNetworkTaps/join/action');
  expect(await put('a')).toMatchObject({ status: 403, body: { error: { code: 'LinkedAuthorizationFailed' } } });
  cloud.controls.allow('Microsoft.Network/virtualNetworkTaps/join/action');
  const quota = {
    action: WRITE,
    phase: 'request',
    status: 429,
    code: 'TooManyRequests',
    message: 'slow down',
  } as const;
  cloud.controls.failNext({ ...quota, headers: { 'retry-after': '7' } });
  const refused = await put('a');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7']);
  expect((await put('a')).status).toBe(201);
});

test('a VTAP that is not provisioned, or is of another region, is refused', async () => {
  await start();
  const frontend = networkPath(cloud, 'loadBalancers/lb/frontendIPConfigurations/front');
  const properties = { destinationLoadBalancerFrontEndIPConfiguration: { id: frontend } };
  const putTap = (location: string) =>
    request(cloud, 'PUT', networkPath(cloud, 'virtualNetworkTaps/other'), { location, properties });
  const attachToOther = () =>
    request(cloud, 'PUT', networkPath(cloud, 'networkInterfaces/nic/tapConfigurations/a'), reference('other'));

  const action = 'Microsoft.Network/virtualNetworkTaps/write';
  cloud.controls.failNext({ action, phase: 'operation', code: 'InternalServerError', message: 'no' });
  await putTap('eastus');
  await cloud.idle();
  expect(await attachToOther()).toMatchObject({
    status: 429,
    body: { error: { code: 'ReferencedResourceNotProvisioned' } },
  });
  await request(cloud, 'DELETE', networkPath(cloud, 'virtualNetworkTaps/other'));
  await cloud.idle();
  await putTap('westeurope');
  await cloud.idle();
  expect(await attachToOther()).toMatchObject({ status: 400, body: { error: { code: 'InvalidResourceReference' } } });
});

test('what an interface says of its configurations can be ids alone', async () => {
  await start({ embeddedTapConfigurations: 'id' });
  await attach(cloud, 'nic', 'a');
  const { body } = await request(cloud, 'GET', networkPath(cloud, 'networkInterfaces/nic'));
  expect(body.properties['tapConfigurations']).toEqual([
    { id: networkPath(cloud, 'networkInterfaces/nic/tapConfigurations/a') },
  ]);
});

test('a VTAP can lose sight of a source', async () => {
  await start();
  await attach(cloud, 'nic', 'a');
  cloud.unlist(networkPath(cloud, 'networkInterfaces/nic/tapConfigurations/A'));
  const tap = await clientsOf(cloud).network.virtualNetworkTaps.get(GROUP, 'tap');
  expect(tap.networkInterfaceTapConfigurations).toBeUndefined();
  await attach(cloud, 'nic', 'a');
  const again = await clientsOf(cloud).network.virtualNetworkTaps.get(GROUP, 'tap');
  expect(again.networkInterfaceTapConfigurations).toHaveLength(1);
});

test('an interface belongs to one machine, and leaves it with the machine or when it is left out', async () => {
  await start();
  await createMachine(cloud, 'vm');
  const machine = (name: string, ...nics: string[]) =>
    request(
      cloud,
      'PUT',
      networkPath(cloud, '').replace('Microsoft.Network/', `Microsoft.Compute/virtualMachines/${name}`),
      {
        location: 'eastus',
        properties: {
          networkProfile: {
            networkInterfaces: nics.map((nic, index) => ({
              id: networkPath(cloud, `networkInterfaces/${nic}`),
              properties: { primary: index === 0, deleteOption: 'Delete' },
            })),
          },
        },
      },
    );
  expect((await machine('thief', 'vm-nic')).body.error.code).toBe('NicInUse');
  expect((await machine('vm', 'nic', 'vm-nic')).status).toBe(200);
  expect(cloud.state.nics.map(({ name, isPrimary }) => [name, isPrimary])).toEqual([
    ['nic', true],
    ['vm-nic', false],
  ]);
  expect((await machine('vm', 'nic')).status).toBe(200);
  expect(cloud.state.nics.find(({ name }) => name === 'vm-nic')?.vm).toBeNull();
  await request(cloud, 'DELETE', cloud.state.vms[0]?.id ?? '');
  await cloud.idle();
  expect(cloud.state.nics.map(({ name }) => name)).toEqual(['vm-nic']);
});

test('calls are counted by method and type, polls apart', async () => {
  await start();
  cloud.calls.reset();
  await attach(cloud, 'nic', 'a');
  const counts = cloud.calls.counts();
  expect(counts['PUT Microsoft.Network/networkInterfaces/tapConfigurations']).toBe(1);
  expect(counts['POLL operations']).toBeGreaterThan(0);
  expect([cloud.calls.reads(), cloud.calls.writes()]).toEqual([1, 1]);
});
