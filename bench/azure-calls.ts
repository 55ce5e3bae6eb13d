import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostFunctions } from '../local/azure/host.ts';
import { startAzureCloud, type AzureCloud } from '../local/azure/start.ts';
import { armCaller, type ArmCaller } from '../local/demo/arm-caller.ts';
import { createAzureSensors } from '../local/demo/azure-fleet.ts';
import { groupPath, machineBody, nicBody, putNetwork } from '../local/demo/azure-person.ts';
import { toMarkName } from '../shared/mark.ts';
import { findOwner } from '../shared/ids.ts';
import type { JournalEntry } from '../shared/journal.ts';
import type { Calls } from './calls.ts';

const SWEPT = 1000;
const PARALLEL = 20;
const OWNER = findOwner('bench');

/** What the Azure side calls, counted at the ARM endpoint. */
export interface AzureCalls {
  readonly cold: Calls;
  readonly warm: Calls;
  readonly again: Calls;
  readonly sweep: Calls;
}

interface Bench {
  readonly cloud: AzureCloud;
  readonly call: ArmCaller;
  readonly subnet: string;
  readonly rulesPath: string;
}

const rulesFor = (frontend: string): string =>
  JSON.stringify({
    version: 1,
    owner: OWNER,
    destinations: { sensor: { cloud: 'azure', loadBalancerFrontend: frontend } },
    rules: [{ name: 'tagged', when: { tag: 'mirror' }, mirror: ['sensor'] }],
  });

/** Runs something against a cloud of its own, with a sensor and a rules file. */
async function withAzureCloud<Result>(
  options: Parameters<typeof startAzureCloud>[0],
  run: (bench: Bench) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'tapkeeper-bench-'));
  const cloud = await startAzureCloud({ operationMs: 1, settleMs: 1, ...options });
  try {
    const rulesPath = join(folder, 'tapkeeper.yaml');
    await writeFile(rulesPath, rulesFor((await createAzureSensors(cloud)).frontend));
    const call = armCaller(cloud.endpoint, 'bench');
    const subnet = await putNetwork(call, cloud.subscription);
    return await run({ cloud, call, subnet, rulesPath });
  } finally {
    await cloud.stop();
    await rm(folder, { recursive: true });
  }
}

interface Launched {
  readonly machine: string;
  readonly nic: string;
}

async function launch({ cloud, call, subnet }: Bench, name: string): Promise<Launched> {
  const base = groupPath(cloud.subscription, 'demo');
  const nic = `${base}/providers/Microsoft.Network/networkInterfaces/${name}-nic`;
  const machine = `${base}/providers/Microsoft.Compute/virtualMachines/${name}`;
  await call('PUT', nic, nicBody(subnet, {}));
  await call('PUT', machine, machineBody(nic, { mirror: 'yes' }));
  return { machine, nic };
}

/** A machine that tapkeeper attached at some time before. */
async function launchMirrored(bench: Bench, name: string, tap: string): Promise<void> {
  const { nic } = await launch(bench, name);
  await bench.cloud.idle();
  if (OWNER === null) throw new Error('the name of the owner is none');
  const body = { properties: { virtualNetworkTap: { id: tap } } };
  await bench.call('PUT', `${nic}/tapConfigurations/${toMarkName(OWNER)}`, body);
}

const toEvent = ({ subscription }: AzureCloud, { machine }: Launched) => ({
  specversion: '1.0',
  id: randomUUID(),
  source: `/subscriptions/${subscription}`,
  subject: machine,
  type: 'Microsoft.Resources.ResourceWriteSuccess',
  time: new Date().toISOString(),
  data: { operationName: 'Microsoft.Compute/virtualMachines/write', correlationId: randomUUID() },
});

async function countCalls({ calls }: AzureCloud, run: () => Promise<unknown>): Promise<Calls> {
  calls.reset();
  await run();
  return { reads: calls.reads(), writes: calls.writes() };
}

/** Lets no event through: those that count are given to the trigger by hand. */
const NO_EVENTS = {
  includedEventTypes: [],
  advancedFilters: [{ operatorType: 'StringIn', key: 'id', values: [] }],
} as const;

/** Counts what an event about a machine of one interface and a sweep cost. */
export const countAzureCalls = (): Promise<AzureCalls> =>
  withAzureCloud({ eventFilter: NO_EVENTS }, async (bench) => {
    const { cloud, rulesPath } = bench;
    const host = hostFunctions(cloud, {
      rulesPath,
      mode: 'enforce',
      sweepSeconds: null,
      overrides: { journal: SILENT },
    });
    try {
      const [first, second] = [await launch(bench, 'first'), await launch(bench, 'second')];
      await cloud.idle();
      const count = (launched: Launched) =>
        countCalls(cloud, async () => {
          await host.deliver(toEvent(cloud, launched));
          await host.idle();
        });
      const events = { cold: await count(first), warm: await count(second), again: await count(second) };
      await launchFleet(bench, SWEPT - 2);
      return { ...events, sweep: await countCalls(cloud, () => host.sweep()) };
    } finally {
      await host.stop();
    }
  });

const SILENT = { write: (): void => undefined };

async function launchFleet(bench: Bench, count: number): Promise<void> {
  const tap = bench.cloud.state.taps.find(({ name }) => name === 'soc')?.id ?? '';
  const names = Array.from({ length: count }, (_, index) => `machine-${index}`);
  const next = names.values();
  const work = async (): Promise<void> => {
    for (const name of next) await launchMirrored(bench, name, tap);
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  await bench.cloud.idle();
}

/** From the moment of the event, through Event Grid, queue and function, to the end of the operation. */
export const measureAzureAttachMs = (times: number): Promise<readonly number[]> =>
  withAzureCloud({}, async (bench) => {
    const { cloud, rulesPath } = bench;
    const tooks: number[] = [];
    const journal = {
      write: (entry: JournalEntry): void => {
        if (entry.kind === 'applied') tooks.push(cloud.clock.now() - Date.parse(entry.since));
      },
    };
    const host = hostFunctions(cloud, { rulesPath, mode: 'enforce', sweepSeconds: null, overrides: { journal } });
    try {
      for (let time = 0; time < times; time++) {
        await launch(bench, `machine-${time}`);
        await host.idle();
      }
      return tooks;
    } finally {
      await host.stop();
    }
  });
