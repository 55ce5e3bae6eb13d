import { hostFunctions } from '../local/azure/host.ts';
import { systemClock } from '../local/azure/clock.ts';
import { QUEUES } from '../local/azure/storage.ts';
import { clockedQueues } from './clocked-queues.ts';
import { forEach, launch, NO_EVENTS, SILENT, withAzureCloud } from './azure-rig.ts';
import { hastyClock } from './hasty-clock.ts';
import { toRow, type Row } from './table.ts';

const MACHINES = 40;
const INSTANCES = 2;
const IN_FLIGHT = 5;
const SWEEPS = 3;
/** As the hasty clock counts: a second. */
const OPERATION_MS = 1000;

/** What converging a fleet that runs did to it. */
export interface FleetInterruptions {
  /** How often each machine was interrupted. */
  readonly times: readonly number[];
  /** How many were at the same time. */
  readonly most: number;
}

/** Has a sweep find a fleet that runs and of which nothing is mirrored, and two instances converge it together. */
export const countInterruptions = (): Promise<FleetInterruptions> => {
  const clock = hastyClock();
  const options = {
    clock,
    operationMs: OPERATION_MS,
    eventFilter: NO_EVENTS,
    rules: { interruption: { inFlight: IN_FLIGHT } },
  };
  return withAzureCloud(options, async (bench) => {
    const { cloud, rulesPath } = bench;
    const machines: string[] = [];
    const names = Array.from({ length: MACHINES }, (_, index) => `machine-${index}`);
    await forEach(names, async (name) => void machines.push((await launch(bench, name)).machine));
    await cloud.idle();
    const queues = clockedQueues(cloud.storageConnectionString, clock.sleep);
    const overrides = { clock, queues, pause: clock.sleep, journal: SILENT };
    // The hosts look at their queues by the machine's own time.
    const hosts = Array.from({ length: INSTANCES }, () =>
      hostFunctions({ ...cloud, clock: systemClock }, { rulesPath, mode: 'enforce', sweepSeconds: null, overrides }),
    );
    const isDone = async (): Promise<boolean> => {
      await Promise.all(hosts.map((host) => host.idle()));
      const { approximateMessagesCount: left } = await cloud.queues.queue(QUEUES.bulk).getProperties();
      return queues.waiting() === 0 && left === 0;
    };
    try {
      // What a sweep finds is given up after a quarter of an hour, since the next one finds it as well; what is right is left alone.
      for (let swept = 0; swept < SWEEPS; swept++) {
        await hosts[swept % INSTANCES]?.sweep();
        while (!(await isDone())) await clock.sleep(OPERATION_MS);
      }
      return { times: machines.map((id) => cloud.interruptions.of(id)), most: cloud.interruptions.most() };
    } finally {
      await Promise.all(hosts.map((host) => host.stop()));
    }
  });
};

/** How often the machines of a fleet are interrupted until it is mirrored, and how many at a time. */
export async function measureInterruptions(): Promise<readonly Row[]> {
  const { times, most } = await countInterruptions();
  const what = `Azure, ${MACHINES} running machines and ${INSTANCES} instances`;
  return [
    toRow(`${what}: interruptions of the one that has most`, Math.max(...times), { most: 1 }, 'times'),
    toRow(`${what}: interruptions of the one that has least`, Math.min(...times), { least: 1 }, 'times'),
    toRow(`${what}: interrupted at a time`, most, { most: IN_FLIGHT }, 'machines'),
  ];
}
