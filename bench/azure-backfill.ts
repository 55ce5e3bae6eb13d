import { setTimeout as wait } from 'node:timers/promises';
import type { HttpClient } from '../functions/arm/traffic/exchange.ts';
import { systemClock, type LocalClock } from '../local/azure/clock.ts';
import { hostFunctions } from '../local/azure/host.ts';
import { LOCATION } from '../local/demo/azure-person.ts';
import { QUEUES } from '../local/azure/storage.ts';
import type { JournalEntry } from '../shared/journal.ts';
import { createNic, forEach, machinePath, NO_EVENTS, withAzureCloud, type AzureBench } from './azure-rig.ts';
import { clockedQueues } from './clocked-queues.ts';
import { toReport, toRow, type Row } from './table.ts';
import { virtualClock, type VirtualClock } from './virtual-clock.ts';

/** What a backfill came to; times are those of the virtual clock. */
interface Backfill {
  /** From the sweep to the last configuration. */
  readonly tookSeconds: number;
  /** Reads and polls for each configuration. */
  readonly readsPerConfiguration: number;
  /** Calls that the cloud refused for want of quota. */
  readonly refused: { readonly reads: number; readonly writes: number };
  readonly errors: number;
}

const CONFIGURATIONS = 5000;
/** As many interfaces as the largest machines take. */
const OF_A_MACHINE = 8;
/** https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling */
const BUCKET = { size: 200, perSecond: 10 };
const ALLOWED_SECONDS = (CONFIGURATIONS - BUCKET.size) / BUCKET.perSecond;

/** People write with quotas of their own, so time is let pass between their calls. */
const AT_ONCE = 150;
const REFILL_MS = 60_000;

/** A machine takes a second to be attached to. */
const OPERATION_MS = 1000;
/** Moments are this far apart: the clock stops at each of them. */
const GRID_MS = 50;

/** The cloud's clock: what happens later happens when the virtual clock comes to it. */
const toLocalClock = (clock: VirtualClock): LocalClock => ({
  now: clock.now,
  after(delayMs, action) {
    let isCancelled = false;
    const wake = async (): Promise<void> => {
      await sleepOn(clock)(delayMs);
      if (!isCancelled) action();
    };
    void wake();
    return () => void (isCancelled = true);
  },
});

const sleepOn =
  (clock: VirtualClock) =>
  (ms: number): Promise<void> =>
    clock.sleep(Math.ceil((clock.now() + ms) / GRID_MS) * GRID_MS - clock.now());

/** A fleet that does not run, of which nothing is mirrored, and of which nobody was told. */
async function createFleet(bench: AzureBench, clock: VirtualClock): Promise<void> {
  const { call } = bench;
  const write = async <Item>(items: readonly Item[], work: (item: Item) => Promise<unknown>): Promise<void> => {
    for (let at = 0; at < items.length; at += AT_ONCE) {
      await forEach(items.slice(at, at + AT_ONCE), work);
      clock.pass(REFILL_MS);
    }
  };
  const machines = Array.from({ length: CONFIGURATIONS / OF_A_MACHINE }, (_, at) =>
    machinePath(bench, `machine-${at}`),
  );
  const nics: string[] = [];
  await write(
    Array.from({ length: CONFIGURATIONS }, (_, at) => `nic-${at}`),
    async (name) => void nics.push(await createNic(bench, name, {})),
  );
  const interfacesOf = (machine: string): readonly object[] => {
    const at = machines.indexOf(machine) * OF_A_MACHINE;
    return nics.slice(at, at + OF_A_MACHINE).map((id, index) => ({ id, properties: { primary: index === 0 } }));
  };
  await write(machines, (machine) =>
    call('PUT', machine, {
      location: LOCATION,
      tags: { mirror: 'yes' },
      properties: {
        hardwareProfile: { vmSize: 'Standard_D2s_v5' },
        networkProfile: { networkInterfaces: interfacesOf(machine) },
      },
    }),
  );
  await write(machines, (machine) => call('POST', `${machine}/deallocate`, null));
}

/** Counts the calls that are refused for want of quota. */
function countRefusals(httpClient: HttpClient) {
  const refused = { reads: 0, writes: 0 };
  let calls = 0;
  let going = 0;
  const counting: HttpClient = {
    async sendRequest(request) {
      calls += 1;
      going += 1;
      const answer = await httpClient.sendRequest(request).finally(() => void (going -= 1));
      if (answer.status === 429) refused[request.method === 'GET' ? 'reads' : 'writes'] += 1;
      calls += 1;
      return answer;
    },
  };
  // While anything goes on the number is another one each time.
  return { httpClient: counting, refused, activity: () => (going > 0 ? (calls += 1) : calls) };
}

/** A client of the storage account of which it shows when somebody waits for its answer. */
function watchObject<Client extends object>(client: Client, busy: Busy): Client {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...parameters: readonly unknown[]): unknown => {
        const answer: unknown = Reflect.apply(value, target, parameters);
        if (!(answer instanceof Promise)) return answer;
        busy.count += 1;
        return answer.finally(() => void (busy.count -= 1));
      };
    },
  });
}

/** What goes on with the storage account, whose answers take the machine's own time. */
interface Busy {
  count: number;
}

async function runBackfill(clock: VirtualClock): Promise<Backfill> {
  const busy: Busy = { count: 0 };
  let turns = 0;
  let calls = (): number => 0;
  const activity = (): number => calls() + (busy.count > 0 ? (turns += 1) : turns);
  const sleep = sleepOn(clock);
  const options = {
    clock: toLocalClock(clock),
    buckets: 'documented',
    operationMs: OPERATION_MS,
    settleMs: OPERATION_MS,
    eventFilter: NO_EVENTS,
  } as const;
  const measured = withAzureCloud(options, async (bench) => {
    const { cloud, rulesPath } = bench;
    await createFleet(bench, clock);
    await cloud.idle();
    const counted = countRefusals(cloud.httpClient);
    calls = counted.activity;
    const log = newLog(clock);
    const queues = clockedQueues(cloud.storageConnectionString, sleep);
    const overrides = {
      clock,
      queues: watchObject(queues, busy),
      pause: sleep,
      journal: log.journal,
      httpClient: counted.httpClient,
    };
    const host = hostFunctions(
      // The host looks at its queues by the machine's own time.
      { ...cloud, clock: systemClock, queues: { queue: (name) => watchObject(cloud.queues.queue(name), busy) } },
      {
        rulesPath,
        mode: 'enforce',
        sweepSeconds: null,
        overrides,
        settings: { TAPKEEPER_TAP_CAPACITY: String(CONFIGURATIONS) },
      },
    );
    try {
      cloud.calls.reset();
      const startedMs = clock.now();
      await host.sweep();
      const isDone = async (): Promise<boolean> => {
        await host.idle();
        const { approximateMessagesCount: left } = await cloud.queues.queue(QUEUES.bulk).getProperties();
        return queues.waiting() === 0 && left === 0;
      };
      while (!(await isDone())) await wait(LOOK_MS);
      const made = cloud.state.tapConfigurations.length;
      if (made !== CONFIGURATIONS) throw new Error(`${made} configurations stand where ${CONFIGURATIONS} should`);
      const { counts } = cloud.calls;
      const polls = counts()['POLL operations'] ?? 0;
      return {
        tookSeconds: (log.lastMs() - startedMs) / 1000,
        readsPerConfiguration: (cloud.calls.reads() + polls) / made,
        refused: counted.refused,
        errors: log.errors(),
      };
    } finally {
      await host.stop();
    }
  });
  return clock.run(measured, activity);
}

/** How often it is looked, in the machine's own time, whether all is done. */
const LOOK_MS = 50;

/** When the last configuration was attached, and how many lines of the log are errors. */
function newLog(clock: VirtualClock) {
  let lastMs = 0;
  let errors = 0;
  const journal = {
    write(entry: JournalEntry): void {
      if (entry.kind === 'applied') lastMs = clock.now();
      if (entry.kind === 'refused' || entry.kind === 'fault') errors += 1;
    },
  };
  return { journal, lastMs: () => lastMs, errors: () => errors };
}

/** The backfill of a fleet that does not run, held to what the documented bucket of writes allows. */
export async function measureAzureBackfill(): Promise<readonly Row[]> {
  const took = await runBackfill(virtualClock(Date.parse('2026-01-01T00:00:00Z')));
  const what = `Azure backfill of ${CONFIGURATIONS.toLocaleString('en-US')} configurations`;
  const reads = took.readsPerConfiguration;
  return [
    toRow(
      `${what}, in times of what the bucket of writes allows`,
      took.tookSeconds / ALLOWED_SECONDS,
      { most: 1.1 },
      'times',
    ),
    toReport(`${what}: reads and polls for each`, reads, 'calls'),
    toRow(`${what}: reads refused for want of quota`, took.refused.reads, { most: 0 }, 'calls'),
    toReport(`${what}: writes refused for want of quota`, took.refused.writes, 'calls'),
    toRow(`${what}: errors in the log`, took.errors, { most: 0 }, 'lines'),
  ];
}
