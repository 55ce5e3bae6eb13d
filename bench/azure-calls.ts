import { randomUUID } from 'node:crypto';
import type { HttpClient } from '../functions/arm/traffic/exchange.ts';
import { hostFunctions } from '../local/azure/host.ts';
import type { AzureCloud } from '../local/azure/start.ts';
import type { JournalEntry } from '../shared/journal.ts';
import {
  forEach,
  launch,
  NO_EVENTS,
  OWNER,
  SILENT,
  withAzureCloud,
  type AzureBench,
  type Launched,
} from './azure-rig.ts';
import type { Calls } from './calls.ts';

const SWEPT = 1000;

/** Calls to Resource Manager, and how they go together. Asking how an operation goes on is none of them. */
export interface CallsOnAzure extends Calls {
  /** Reads that are not of a page of a list. */
  readonly single: number;
  /** The most reads that went on at the same time. */
  readonly atATime: number;
}

/** What one event costs: in a process that has just started, in one that has seen another, and when it comes once more. */
export interface CallsOfEvents {
  readonly cold: CallsOnAzure;
  readonly warm: CallsOnAzure;
  readonly again: CallsOnAzure;
}

/** What the Azure side calls, counted at the ARM endpoint. */
export interface AzureCalls {
  readonly ofMachine: CallsOfEvents;
  readonly ofInterface: CallsOfEvents;
  readonly sweep: CallsOnAzure;
}

const OPERATIONS = {
  machine: 'Microsoft.Compute/virtualMachines/write',
  nic: 'Microsoft.Network/networkInterfaces/write',
};

const toEvent = ({ subscription }: AzureCloud, launched: Launched, about: keyof Launched) => ({
  specversion: '1.0',
  id: randomUUID(),
  source: `/subscriptions/${subscription}`,
  subject: launched[about],
  type: 'Microsoft.Resources.ResourceWriteSuccess',
  time: new Date().toISOString(),
  data: { operationName: OPERATIONS[about], correlationId: randomUUID() },
});

const isPoll = (url: string): boolean => /\/operation(s|results)\//i.test(url);

/** Counts how many reads go on at the same time. */
function watchReads({ httpClient }: AzureCloud) {
  let going = 0;
  let most = 0;
  const watching: HttpClient = {
    async sendRequest(request) {
      if (request.method !== 'GET' || isPoll(request.url)) return httpClient.sendRequest(request);
      going += 1;
      most = Math.max(most, going);
      return httpClient.sendRequest(request).finally(() => void (going -= 1));
    },
  };
  return {
    httpClient: watching,
    most: () => most,
    reset: () => void (most = 0),
  };
}

/** A process of the function app that nothing has happened to yet, and what it calls. */
function startProcess({ cloud, rulesPath }: AzureBench) {
  const reads = watchReads(cloud);
  const overrides = { journal: SILENT, httpClient: reads.httpClient };
  const host = hostFunctions(cloud, { rulesPath, mode: 'enforce', sweepSeconds: null, overrides });
  const count = async (run: () => Promise<unknown>): Promise<CallsOnAzure> => {
    cloud.calls.reset();
    reads.reset();
    await run();
    const single = Object.entries(cloud.calls.counts()).filter(([key]) => key.startsWith('GET '));
    return {
      reads: cloud.calls.reads(),
      writes: cloud.calls.writes(),
      single: single.reduce((sum, [, times]) => sum + times, 0),
      atATime: reads.most(),
    };
  };
  return {
    event: (launched: Launched, about: keyof Launched) =>
      count(async () => {
        await host.deliver(toEvent(cloud, launched, about));
        await host.idle();
      }),
    sweep: () => count(() => host.sweep()),
    stop: host.stop,
  };
}

/** Counts an event in a process that has just started, another one in the same process, and that one once more. */
async function countEvents(bench: AzureBench, about: keyof Launched): Promise<CallsOfEvents> {
  const process = startProcess(bench);
  try {
    const [first, second] = [await launch(bench, `first-${about}`), await launch(bench, `second-${about}`)];
    await bench.cloud.idle();
    return {
      cold: await process.event(first, about),
      warm: await process.event(second, about),
      again: await process.event(second, about),
    };
  } finally {
    await process.stop();
  }
}

/** Counts what events about machines of one interface, events about interfaces, and a sweep cost. */
export const countAzureCalls = (): Promise<AzureCalls> =>
  // A machine that has just come does not settle.
  withAzureCloud({ eventFilter: NO_EVENTS, rules: { interruption: { settle: '0s' } } }, async (bench) => {
    const ofMachine = await countEvents(bench, 'machine');
    const ofInterface = await countEvents(bench, 'nic');
    await launchFleet(bench, SWEPT - 4);
    const process = startProcess(bench);
    try {
      return { ofMachine, ofInterface, sweep: await process.sweep() };
    } finally {
      await process.stop();
    }
  });

/** Machines that tapkeeper attached at some time before. */
async function launchFleet(bench: AzureBench, count: number): Promise<void> {
  const tap = bench.cloud.state.taps.find(({ name }) => name === 'soc')?.id ?? '';
  const names = Array.from({ length: count }, (_, index) => `machine-${index}`);
  await forEach(names, async (name) => {
    const { nic } = await launch(bench, name);
    await bench.cloud.idle();
    const body = { properties: { virtualNetworkTap: { id: tap } } };
    await bench.call('PUT', `${nic}/tapConfigurations/tapkeeper-v1-${OWNER}`, body);
  });
  await bench.cloud.idle();
}

/** From the moment of the event, through Event Grid, queue and function, to the end of the operation. */
export const measureAzureAttachMs = (times: number): Promise<readonly number[]> =>
  withAzureCloud({ rules: { interruption: { settle: '0s' } } }, async (bench) => {
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
