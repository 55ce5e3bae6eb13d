import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAzureCloud, type AzureCloud } from '../local/azure/start.ts';
import { armCaller, type ArmCaller } from '../local/demo/arm-caller.ts';
import { createAzureSensors } from '../local/demo/azure-fleet.ts';
import { groupPath, machineBody, nicBody, putNetwork } from '../local/demo/azure-person.ts';

/** A cloud with a VTAP in front of a load balancer, and a rules file that sends there what is tagged. */
export interface AzureBench {
  readonly cloud: AzureCloud;
  readonly call: ArmCaller;
  readonly subnet: string;
  readonly rulesPath: string;
  /** Where resources of the fleet are. */
  readonly base: string;
}

export interface AzureBenchOptions extends NonNullable<Parameters<typeof startAzureCloud>[0]> {
  /** What is in the rules file beside a destination and a rule. */
  readonly rules?: object;
}

export const OWNER = 'bench';

const rulesFor = (frontend: string, more: object): string =>
  JSON.stringify({
    version: 1,
    owner: OWNER,
    destinations: { sensor: { cloud: 'azure', loadBalancerFrontend: frontend } },
    rules: [{ name: 'tagged', when: { tag: 'mirror' }, mirror: ['sensor'] }],
    ...more,
  });

/** Runs something against a cloud of its own, with a sensor and a rules file. */
export async function withAzureCloud<Result>(
  { rules = {}, ...options }: AzureBenchOptions,
  run: (bench: AzureBench) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'tapkeeper-bench-'));
  const cloud = await startAzureCloud({ operationMs: 1, settleMs: 1, ...options });
  try {
    const rulesPath = join(folder, 'tapkeeper.yaml');
    await writeFile(rulesPath, rulesFor((await createAzureSensors(cloud)).frontend, rules));
    const call = armCaller(cloud.endpoint, 'bench');
    const subnet = await putNetwork(call, cloud.subscription);
    return await run({ cloud, call, subnet, rulesPath, base: groupPath(cloud.subscription, 'demo') });
  } finally {
    await cloud.stop();
    await rm(folder, { recursive: true });
  }
}

export interface Launched {
  readonly machine: string;
  readonly nic: string;
}

const nicPath = ({ base }: AzureBench, name: string): string =>
  `${base}/providers/Microsoft.Network/networkInterfaces/${name}`;

export const machinePath = ({ base }: AzureBench, name: string): string =>
  `${base}/providers/Microsoft.Compute/virtualMachines/${name}`;

/** A machine of one interface, tagged. */
export async function launch(bench: AzureBench, name: string): Promise<Launched> {
  const nic = await createNic(bench, `${name}-nic`, {});
  const machine = machinePath(bench, name);
  await bench.call('PUT', machine, machineBody(nic, { mirror: 'yes' }));
  return { machine, nic };
}

export async function createNic(
  bench: AzureBench,
  name: string,
  tags: Readonly<Record<string, string>>,
): Promise<string> {
  const nic = nicPath(bench, name);
  await bench.call('PUT', nic, nicBody(bench.subnet, tags));
  return nic;
}

/** Does something with each, so many at a time. */
export async function forEach<Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> {
  const next = items.values();
  const worker = async (): Promise<void> => {
    for (const item of next) await work(item);
  };
  await Promise.all(Array.from({ length: 20 }, worker));
}

/** Lets no event through. */
export const NO_EVENTS = {
  includedEventTypes: [],
  advancedFilters: [{ operatorType: 'StringIn', key: 'id', values: [] }],
} as const;

export const SILENT = { write: (): void => undefined };
