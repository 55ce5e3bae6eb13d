import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ComputeManagementClient } from '@azure/arm-compute';
import { NetworkManagementClient, type NetworkInterfaceTapConfiguration } from '@azure/arm-network';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MANAGEMENT_ENDPOINT, rewritingHttpClient } from '../../local/azure/rewriting-http-client.ts';
import { eventually, startTapkeeperLocal, type TapkeeperLocal } from './tapkeeper-local.ts';

const ROOT = join(import.meta.dirname, '../..');
const GROUP = 'app';
const LOCATION = 'eastus';
/** Unless told otherwise, the SDK's pollers ask every two seconds. */
const QUICK = { updateIntervalInMs: 20 } as const;

/** Each command is a process of its own, which takes seconds when the machine is busy. */
const COMMANDS_MS = 90_000;

let folder: string;
let frontend: string;
let local: TapkeeperLocal;
let subscription: string;
let network: NetworkManagementClient;
let compute: ComputeManagementClient;
let subnet: string;

/** What is there, or a failure of the test's own. */
function get<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the cloud answered without it');
  return value;
}

const credential = { getToken: async () => ({ token: 'anybody', expiresOnTimestamp: Date.now() + 3_600_000 }) };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapkeeper-walk-'));
  const rules = join(folder, 'tapkeeper.yaml');
  await writeFile(rules, 'version: 1\nowner: soc\n');
  local = await startTapkeeperLocal('--empty', '--rules', rules, '--sweep-seconds', '2');
  const httpClient = rewritingHttpClient(MANAGEMENT_ENDPOINT, local.arm);
  subscription = await findSubscription();
  network = new NetworkManagementClient(credential, subscription, { httpClient });
  compute = new ComputeManagementClient(credential, subscription, { httpClient });
  await callArm('PUT', `/subscriptions/${subscription}/resourceGroups/${GROUP}`, { location: LOCATION });
  frontend = await createSensor();
  await createTap('tap', frontend);
  await createTap('other', `${frontend}2`);
  await writeFile(
    rules,
    `
version: 1
owner: soc
interruption: { settle: 1s }
destinations:
  sensor: { cloud: azure, loadBalancerFrontend: ${frontend} }
rules:
  - name: tagged
    when: { tag: mirror }
    mirror: [sensor]
`,
  );
});

afterAll(async () => {
  expect(await local.stop()).toBe(0);
  await rm(folder, { recursive: true, force: true });
});

async function findSubscription(): Promise<string> {
  const { value } = (await callArm('GET', '/subscriptions')) as { value: { subscriptionId: string }[] };
  return get(value[0]?.subscriptionId);
}

async function callArm(method: string, path: string, body?: object): Promise<unknown> {
  const headers = { authorization: 'Bearer anybody', 'content-type': 'application/json' };
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return (await fetch(`${local.arm}${path}?api-version=2022-12-01`, init)).json();
}

/** A virtual network and an internal load balancer of two frontends; the id of the first, and the other ends in `2`. */
async function createSensor(): Promise<string> {
  const net = await network.virtualNetworks.createOrUpdate(
    GROUP,
    'net',
    {
      location: LOCATION,
      addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
      subnets: [{ name: 'default', addressPrefix: '10.0.0.0/24' }],
    },
    QUICK,
  );
  subnet = net.subnets?.[0]?.id ?? `${get(net.id)}/subnets/default`;
  const balancer = await network.loadBalancers.createOrUpdate(
    GROUP,
    'sensor',
    {
      location: LOCATION,
      sku: { name: 'Standard' },
      frontendIPConfigurations: [
        { name: 'fe', privateIPAddress: '10.0.0.4', subnet: { id: subnet } },
        { name: 'fe2', privateIPAddress: '10.0.0.5', subnet: { id: subnet } },
      ],
    },
    QUICK,
  );
  return `${get(balancer.id)}/frontendIPConfigurations/fe`;
}

const createTap = (name: string, frontend: string) =>
  network.virtualNetworkTaps.createOrUpdate(
    GROUP,
    name,
    {
      location: LOCATION,
      destinationLoadBalancerFrontEndIPConfiguration: { id: frontend },
    },
    QUICK,
  );

/** A virtual machine of one interface, which bears its name. */
async function launch(name: string, tags: Record<string, string>): Promise<string> {
  const nic = await network.networkInterfaces.createOrUpdate(
    GROUP,
    name,
    {
      location: LOCATION,
      ipConfigurations: [{ name: 'ipconfig', subnet: { id: subnet } }],
    },
    QUICK,
  );
  await compute.virtualMachines.createOrUpdate(
    GROUP,
    name,
    {
      location: LOCATION,
      tags,
      hardwareProfile: { vmSize: 'Standard_D2s_v5' },
      networkProfile: { networkInterfaces: [{ id: get(nic.id), primary: true }] },
    },
    QUICK,
  );
  return name;
}

async function tapsOn(nic: string): Promise<readonly NetworkInterfaceTapConfiguration[]> {
  const taps: NetworkInterfaceTapConfiguration[] = [];
  for await (const tap of network.networkInterfaceTapConfigurations.list(GROUP, nic)) taps.push(tap);
  return taps;
}

const isMirrored = ([tap]: readonly NetworkInterfaceTapConfiguration[]): boolean =>
  tap?.name === 'tapkeeper-v1-soc' && tap.provisioningState === 'Succeeded';
const isNone = (taps: readonly NetworkInterfaceTapConfiguration[]): boolean => taps.length === 0;
const reaches = (tap: NetworkInterfaceTapConfiguration | undefined): string | undefined =>
  tap?.virtualNetworkTap?.id?.split('/').at(-1)?.toLowerCase();

interface Ran {
  readonly code: number;
  readonly out: string;
}

/** Runs a command of tapkeeper as a process, against the subscription and with rules of its own. */
async function tapkeeper(rules: string, ...words: readonly string[]): Promise<Ran> {
  const options = ['--rules', rules, '--scope', subscription];
  const { TAPKEEPER_MODE: _mode, AzureWebJobsStorage: _storage, ...inherited } = process.env;
  const settings = { cwd: ROOT, env: { ...inherited, TAPKEEPER_ARM_ENDPOINT: local.arm } };
  return new Promise((resolve) => {
    execFile(process.execPath, ['cli/tapkeeper.ts', ...words, ...options], settings, (failed, out, said) =>
      resolve({ code: failed === null ? 0 : Number(failed.code), out: `${out}${said}` }),
    );
  });
}

/** The digest under which a plan was seen. */
async function digestOf(rules: string): Promise<string> {
  const { out } = await tapkeeper(rules, 'plan', '--json');
  return get(/"digest":\s*"([^"]+)"/.exec(out)?.[1]);
}

describe('tapkeeper local, used as a subscription of Azure', () => {
  it('mirrors a tagged machine from its creation on', async () => {
    const nic = await launch('web', { mirror: '' });
    const [tap] = await eventually(() => tapsOn(nic), isMirrored);
    expect(reaches(tap)).toBe('tap');
  });

  it('follows a tag that comes and goes', async () => {
    const nic = await launch('api', {});
    expect(await tapsOn(nic)).toEqual([]);
    await compute.virtualMachines.update(GROUP, nic, { tags: { Mirror: '' } }, QUICK);
    await eventually(() => tapsOn(nic), isMirrored);
    await compute.virtualMachines.update(GROUP, nic, { tags: {} }, QUICK);
    await eventually(() => tapsOn(nic), isNone);
  });

  it('puts back a configuration that somebody deletes', async () => {
    const nic = await launch('db', { mirror: '' });
    await eventually(() => tapsOn(nic), isMirrored);
    await network.networkInterfaceTapConfigurations.delete(GROUP, nic, 'tapkeeper-v1-soc', QUICK);
    await eventually(() => tapsOn(nic), isMirrored);
  });

  it("leaves others' configuration untouched", async () => {
    const nic = await launch('legacy', {});
    const other = await network.virtualNetworkTaps.get(GROUP, 'other');
    await network.networkInterfaceTapConfigurations.createOrUpdate(
      GROUP,
      nic,
      'source-tap-config',
      {
        virtualNetworkTap: { id: get(other.id) },
      },
      QUICK,
    );
    const before = await tapsOn(nic);
    await compute.virtualMachines.update(GROUP, nic, { tags: { mirror: '' } });
    await eventually(
      async () => local.log(),
      (log) => /no-room/.test(log),
    );
    expect(await tapsOn(nic)).toEqual(before);
  });
});

describe('the command line, beside it', () => {
  it(
    'says whom a plan interrupts, attaches to the VTAP in front of a load balancer, and detaches',
    { timeout: COMMANDS_MS },
    async () => {
      const rules = join(folder, 'noc.yaml');
      await writeFile(
        rules,
        `
version: 1
owner: noc
destinations:
  sensor: { cloud: azure, loadBalancerFrontend: ${frontend} }
rules:
  - { name: tagged, when: { tag: watched }, mirror: [sensor] }
`,
      );
      const nic = await launch('runs', { watched: '' });
      await launch('bystander', {});

      const plan = await tapkeeper(rules, 'plan');
      expect(plan.code, plan.out).toBe(2);
      expect(plan.out).toMatch(/1 running machine would be interrupted/);
      expect(await tapsOn(nic)).toEqual([]);

      const applied = await tapkeeper(rules, 'apply', '--expects', await digestOf(rules));
      expect(applied.code, applied.out).toBe(0);
      const [tap] = await tapsOn(nic);
      expect([tap?.name, tap?.provisioningState, reaches(tap)]).toEqual(['tapkeeper-v1-noc', 'Succeeded', 'tap']);
      expect((await tapkeeper(rules, 'plan')).code).toBe(0);

      await compute.virtualMachines.update(GROUP, nic, { tags: {} }, QUICK);
      const taken = await tapkeeper(rules, 'plan');
      expect(taken.code, taken.out).toBe(2);
      expect(taken.out).toMatch(/1 running machine would be interrupted/);
      const detached = await tapkeeper(rules, 'apply', '--expects', await digestOf(rules));
      expect(detached.code, detached.out).toBe(0);
      expect(await tapsOn(nic)).toEqual([]);
    },
  );
});
