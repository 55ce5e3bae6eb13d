import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type AzureCloud, type AzureOptions, startAzureCloud } from '../../../local/azure/start.ts';
import { parseMachineId, parseSourceId } from '../../../shared/ids.ts';
import type { NonEmpty, Selection, Subject } from '../../../shared/words.ts';
import {
  attach,
  clientsOf,
  createMachine,
  createNic,
  GROUP,
  layGround,
  LOCATION,
  machinePath,
  networkPath,
  QUICK,
} from '../../local/azure/fleet.ts';
import { composeOver, faultOf, frontendEntry, scopeOf, tapEntry } from './composed.ts';

let cloud: AzureCloud;

async function start(options: AzureOptions = {}): Promise<void> {
  cloud = await startAzureCloud({ operationMs: 2, settleMs: 2, ...options });
  await layGround(cloud);
}
beforeEach(() => start());
afterEach(() => cloud.stop());

const source = (name: string): Subject => ({
  kind: 'source',
  id: parseSourceId(networkPath(cloud, `networkInterfaces/${name}`)),
});
const machine = (name: string): Subject => ({ kind: 'machine', id: parseMachineId(machinePath(cloud, name)) });
const about = (...subjects: NonEmpty<Subject>): Selection => ({ kind: 'subjects', subjects });
const EVERYTHING: Selection = { kind: 'everything' };
const lower = (text: string): string => text.toLowerCase();

test('all subscriptions that are seen are those that can be written to, and the journal tells of the others', async () => {
  const other = '22222222-2222-4222-8222-222222222222';
  await cloud.stop();
  cloud = await startAzureCloud({ subscriptions: ['11111111-1111-4111-8111-111111111111', other] });
  cloud.controls.setSubscriptionState(other, 'Disabled');
  const { cloud: azure } = composeOver(cloud, [], { TAPKEEPER_SUBSCRIPTIONS: '*' });
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  try {
    expect(await azure.scopes()).toEqual([scopeOf(cloud)]);
  } finally {
    log.mockRestore();
  }
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    kind: 'incomplete',
    why: [expect.stringContaining(`subscription ${other} is in state Disabled`) as string],
  });
});

describe('reading what an event names', () => {
  test('an interface takes four reads cold and two warm, and brings its machine', async () => {
    await createMachine(cloud, 'vm1', { mirror: 'soc' });
    const deps = composeOver(cloud, [tapEntry(cloud)]);
    cloud.calls.reset();
    const world = await deps.cloud.read(scopeOf(cloud), about(source('vm1-nic')));
    expect(cloud.calls.counts()).toEqual({
      'GET Microsoft.Network/networkInterfaces': 1,
      'GET Microsoft.Network/virtualNetworkTaps': 1,
      'LIST Microsoft.Network/virtualNetworks': 1,
      'GET Microsoft.Compute/virtualMachines': 1,
    });
    expect(world).toMatchObject({
      incomplete: [],
      machines: [
        { id: lower(machinePath(cloud, 'vm1')), tags: { mirror: 'soc' }, state: 'running', type: 'Standard_D2s_v5' },
      ],
      sources: [
        { id: source('vm1-nic').id, machine: machine('vm1').id, isPrimary: true, state: 'attached', unfit: null },
      ],
      targets: [
        {
          id: lower(networkPath(cloud, 'virtualNetworkTaps/tap')),
          reaches: lower(networkPath(cloud, 'loadBalancers/lb/frontendIPConfigurations/front')),
          unhealthy: null,
          capacity: 100,
          load: 0,
        },
      ],
    });
    cloud.calls.reset();
    expect(await deps.cloud.read(scopeOf(cloud), about(source('vm1-nic')))).toEqual(world);
    expect(cloud.calls.reads()).toBe(2);
  });

  test('a machine takes three reads at once, then its interfaces; a warm one only itself and its interfaces', async () => {
    await createMachine(cloud, 'vm1');
    const deps = composeOver(cloud, [tapEntry(cloud)]);
    cloud.calls.reset();
    const world = await deps.cloud.read(scopeOf(cloud), about(machine('vm1')));
    expect(cloud.calls.reads()).toBe(4);
    expect(world.sources.map(({ id }) => id)).toEqual([source('vm1-nic').id]);
    expect(world.machines.map(({ id }) => id)).toEqual([machine('vm1').id]);
    cloud.calls.reset();
    expect(await deps.cloud.read(scopeOf(cloud), about(machine('vm1')))).toEqual(world);
    expect(cloud.calls.counts()).toEqual({
      'GET Microsoft.Compute/virtualMachines': 1,
      'GET Microsoft.Network/networkInterfaces': 1,
    });
  });

  test('the power state is read with the machine', async () => {
    await createMachine(cloud, 'vm1');
    await clientsOf(cloud).compute.virtualMachines.deallocate(GROUP, 'vm1', QUICK);
    const deps = composeOver(cloud, []);
    const states = [about(machine('vm1')), EVERYTHING].map((selection) => deps.cloud.read(scopeOf(cloud), selection));
    for (const world of await Promise.all(states)) expect(world.machines).toMatchObject([{ state: 'stopped' }]);
  });

  test('what is not there, or is of another subscription or type, is not in the world', async () => {
    const deps = composeOver(cloud, [tapEntry(cloud)]);
    const elsewhere = source('x').id.replace(cloud.subscription, '99999999-9999-4999-8999-999999999999');
    cloud.calls.reset();
    const world = await deps.cloud.read(
      scopeOf(cloud),
      about(
        source('gone'),
        machine('gone'),
        { kind: 'source', id: parseSourceId(elsewhere) },
        { kind: 'source', id: parseSourceId(`${machinePath(cloud, 'vm1')}/../../x`) },
      ),
    );
    expect(world).toMatchObject({ machines: [], sources: [], attachments: [], incomplete: [] });
    expect(cloud.calls.counts()).toMatchObject({
      'GET Microsoft.Network/networkInterfaces': 1,
      'GET Microsoft.Compute/virtualMachines': 1,
    });
  });

  test('a VTAP that is missing is absent, and is found as soon as it is there', async () => {
    await createNic(cloud, 'nic');
    const deps = composeOver(cloud, [tapEntry(cloud, 'later')]);
    expect((await deps.cloud.read(scopeOf(cloud), about(source('nic')))).targets).toEqual([]);
    await clientsOf(cloud).network.virtualNetworkTaps.createOrUpdate(
      GROUP,
      'later',
      {
        location: LOCATION,
        destinationLoadBalancerFrontEndIPConfiguration: { id: frontendEntry(cloud).id },
      },
      QUICK,
    );
    expect((await deps.cloud.read(scopeOf(cloud), about(source('nic')))).targets).toHaveLength(1);
  });

  test('many subjects cost lists, not a read each', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `nic${index}`);
    for (const name of names) await createNic(cloud, name);
    await createNic(cloud, 'unasked');
    const [first, ...others] = names.map(source);
    cloud.calls.reset();
    const world = await composeOver(cloud, [tapEntry(cloud)]).cloud.read(
      scopeOf(cloud),
      about(first ?? source(''), ...others),
    );
    expect(cloud.calls.reads()).toBe(5);
    expect(world.sources.map(({ id }) => id).sort()).toEqual(names.map((name) => source(name).id).sort());
  });
});

describe('attachments', () => {
  test.each(['full', 'id'] as const)('are read from the interface, whose body holds them as %s', async (form) => {
    await cloud.stop();
    await start({ embeddedTapConfigurations: form });
    await createNic(cloud, 'ours');
    await createNic(cloud, 'theirs');
    await attach(cloud, 'ours', 'tapkeeper-v1-soc');
    await attach(cloud, 'theirs', 'by-hand');
    const target = tapEntry(cloud).id;
    for (const entries of [[tapEntry(cloud)], []]) {
      cloud.calls.reset();
      const world = await composeOver(cloud, entries).cloud.read(scopeOf(cloud), EVERYTHING);
      // A VTAP that is known says which ones point at it; without one, all of the subscription are listed.
      const counts = cloud.calls.counts();
      expect(counts['LIST Microsoft.Network/networkInterfaces/tapConfigurations']).toBeUndefined();
      const isListed = form === 'id' && entries.length === 0;
      expect(counts['LIST Microsoft.Network/virtualNetworkTaps']).toBe(isListed ? 1 : undefined);
      expect(world.incomplete).toEqual([]);
      expect(world.attachments).toMatchObject([
        { source: source('ours').id, state: 'ready', mark: { owner: 'soc', version: 'v1' }, settings: { target } },
        { source: source('theirs').id, state: 'ready', mark: null, settings: { target } },
      ]);
    }
  });

  test('what no VTAP lists is asked for, interface by interface', async () => {
    await cloud.stop();
    await start({ embeddedTapConfigurations: 'id' });
    for (const name of ['a', 'b']) {
      await createNic(cloud, name);
      await attach(cloud, name, 'tapkeeper-v1-soc');
      cloud.unlist(`${networkPath(cloud, `networkInterfaces/${name}`)}/tapConfigurations/tapkeeper-v1-soc`);
    }
    cloud.calls.reset();
    const world = await composeOver(cloud, [tapEntry(cloud)]).cloud.read(scopeOf(cloud), EVERYTHING);
    expect(cloud.calls.counts()['LIST Microsoft.Network/networkInterfaces/tapConfigurations']).toBe(2);
    expect(world.attachments.map(({ state }) => state)).toEqual(['unlisted', 'unlisted']);
  });

  test('ours that its VTAP does not list is unlisted', async () => {
    await createNic(cloud, 'nic');
    await attach(cloud, 'nic', 'tapkeeper-v1-soc');
    const deps = composeOver(cloud, [tapEntry(cloud)]);
    cloud.unlist(`${networkPath(cloud, 'networkInterfaces/nic')}/tapConfigurations/tapkeeper-v1-soc`);
    expect((await deps.cloud.read(scopeOf(cloud), about(source('nic')))).attachments).toMatchObject([
      { state: 'unlisted' },
    ]);
  });

  test('a list of a VTAP that is older than an attachment does not make it unlisted', async () => {
    await createNic(cloud, 'nic');
    const deps = composeOver(cloud, [tapEntry(cloud)]);
    await deps.cloud.read(scopeOf(cloud), about(source('nic')));
    await attach(cloud, 'nic', 'tapkeeper-v1-soc');
    const world = await deps.cloud.read(scopeOf(cloud), about(source('nic')));
    expect(world.attachments).toMatchObject([{ state: 'ready' }]);
    expect(world.targets).toMatchObject([{ load: 1 }]);
  });
});

describe('reading everything', () => {
  test('whatever fits in one page of each kind takes five calls', async () => {
    await cloud.stop();
    await start({ pageSize: 5 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await createMachine(cloud, name);
    cloud.calls.reset();
    const world = await composeOver(cloud, [tapEntry(cloud)]).cloud.read(scopeOf(cloud), EVERYTHING);
    expect(cloud.calls.counts()).toEqual({
      'GET Microsoft.Network/virtualNetworkTaps': 1,
      'LIST Microsoft.Compute/virtualMachines': 2,
      'LIST Microsoft.Network/networkInterfaces': 1,
      'LIST Microsoft.Network/virtualNetworks': 1,
    });
    expect(world.machines).toHaveLength(5);
    expect(world.sources.every((one) => world.machines.some(({ id }) => id === one.machine))).toBe(true);
  });

  test('every page is read', async () => {
    await cloud.stop();
    await start({ pageSize: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) await createMachine(cloud, name);
    const world = await composeOver(cloud, [tapEntry(cloud)]).cloud.read(scopeOf(cloud), EVERYTHING);
    expect([world.machines.length, world.sources.length]).toEqual([5, 5]);
  });

  test("the VTAP in front of a load balancer's frontend is found, and its collector is unfit", async () => {
    await createNic(cloud, 'collector');
    await clientsOf(cloud).network.virtualNetworkTaps.createOrUpdate(
      GROUP,
      'to-nic',
      {
        location: LOCATION,
        destinationNetworkInterfaceIPConfiguration: {
          id: networkPath(cloud, 'networkInterfaces/collector/ipConfigurations/ip'),
        },
      },
      QUICK,
    );
    const world = await composeOver(cloud, [frontendEntry(cloud)]).cloud.read(scopeOf(cloud), EVERYTHING);
    expect(world.targets.map(({ reaches }) => reaches)).toContain(frontendEntry(cloud).id);
    expect(world.sources).toMatchObject([
      { id: source('collector').id, unfit: expect.stringContaining('collector') as string },
    ]);
  });
});

describe('what cannot be read', () => {
  const NIC_READ = 'Microsoft.Network/networkInterfaces/read';
  const VM_READ = 'Microsoft.Compute/virtualMachines/read';

  test('interfaces that are denied leave interfaces and attachments incomplete', async () => {
    await createMachine(cloud, 'vm1');
    cloud.controls.deny(NIC_READ);
    const world = await composeOver(cloud, []).cloud.read(scopeOf(cloud), EVERYTHING);
    expect(world.incomplete.map(({ kind }) => kind)).toEqual(['sources', 'attachments']);
    expect(world.incomplete[0]?.why).toContain(NIC_READ);
    expect(world.machines).toHaveLength(1);
  });

  test('a page that fails leaves nothing of its list', async () => {
    await cloud.stop();
    await start({ pageSize: 1 });
    for (const name of ['a', 'b', 'c']) await createMachine(cloud, name);
    const failure = { action: VM_READ, phase: 'request', code: 'Broken', message: 'x' } as const;
    const httpClient: AzureCloud['httpClient'] = {
      sendRequest: async (request) => {
        if (/virtualMachines\?.*skipToken/i.test(request.url)) cloud.controls.failNext(failure);
        return cloud.httpClient.sendRequest(request);
      },
    };
    const world = await composeOver({ ...cloud, httpClient }, []).cloud.read(scopeOf(cloud), EVERYTHING);
    expect(world.machines).toEqual([]);
    expect(world.incomplete).toMatchObject([{ kind: 'machines' }]);
  });

  test('a VTAP that is denied leaves the targets incomplete', async () => {
    await createNic(cloud, 'nic');
    cloud.controls.deny('Microsoft.Network/virtualNetworkTaps/read');
    const world = await composeOver(cloud, [tapEntry(cloud)]).cloud.read(scopeOf(cloud), about(source('nic')));
    expect(world.incomplete).toMatchObject([
      { kind: 'targets', why: expect.stringContaining('virtualNetworkTaps/read') as string },
    ]);
  });

  test('nothing at all is a fault that names the permission and the resource', async () => {
    cloud.controls.deny(NIC_READ);
    cloud.controls.deny(VM_READ);
    const deps = composeOver(cloud, []);
    for (const selection of [EVERYTHING, about(source('nic'))]) {
      const fault = await faultOf(deps.cloud.read(scopeOf(cloud), selection));
      expect(fault.code).toBe('denied');
      expect(fault.message).toContain(NIC_READ);
      expect(fault.message).toContain(cloud.subscription);
    }
  });

  test('an endpoint that does not answer is unreachable', async () => {
    const deps = composeOver(cloud, []);
    await cloud.stop();
    const fault = await faultOf(deps.cloud.read(scopeOf(cloud), EVERYTHING));
    expect(fault).toMatchObject({ code: 'unreachable' });
    await start();
  });
});
