import { hostLambdas } from '../local/aws/lambda-host.ts';
import { launch, startProcess, toBatch, withAwsCloud } from './aws-rig.ts';
import { medianOf, toReport, toRow, type Row } from './table.ts';

/** How long EC2 takes for an answer in these figures. */
const LATENCY_MS = 50;
const EVENTS = 9;
const UNMIRRORED = 200;

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** What a handler takes for one launch. */
interface HandlerTimes {
  /** In a process that has handled one a moment ago: a round of reads, and a write. */
  readonly warm: readonly number[];
  /** In a process that has handled none for a minute: the health of the load balancer is asked for again. */
  readonly rested: readonly number[];
  /** In a process that remembers nothing and has no connection; what it imports is loaded already. */
  readonly fresh: readonly number[];
}

/** As long as targets, filters and health are remembered. */
const REMEMBERED_MS = 60_000;

function measureHandler(): Promise<HandlerTimes> {
  let skippedMs = 0;
  const clock = { now: () => Date.now() + skippedMs };
  return withAwsCloud({ rules: {}, latencyMs: LATENCY_MS, clock }, async (bench) => {
    const { cloud } = bench;
    const instances = [...(await launch(bench, 3 * EVENTS + 1))];
    const handleOne = (process: ReturnType<typeof startProcess>): Promise<number> => {
      const batch = toBatch(cloud, [instances.pop() ?? '']);
      return timeOf(() => process.change(batch));
    };
    const times = { warm: [] as number[], rested: [] as number[], fresh: [] as number[] };
    const lasting = startProcess(bench);
    await handleOne(lasting);
    for (let event = 0; event < EVENTS; event++) {
      times.warm.push(await handleOne(lasting));
      skippedMs += REMEMBERED_MS;
      times.rested.push(await handleOne(lasting));
      times.fresh.push(await handleOne(startProcess(bench)));
    }
    expectSessions(cloud.state.in().sessions.length, 3 * EVENTS + 1);
    return times;
  });
}

/** What it takes to sweep a fleet of which nothing is mirrored and to have it mirrored, queues included. */
const measureFleet = (): Promise<number> =>
  withAwsCloud({ rules: {}, latencyMs: LATENCY_MS }, async (bench) => {
    const { cloud, rulesPath } = bench;
    await launch(bench, UNMIRRORED);
    const host = hostLambdas(cloud, { rulesPath, mode: () => 'enforce', sweepSeconds: null });
    try {
      const took = await timeOf(async () => {
        await host.sweep();
        await cloud.idle();
      });
      expectSessions(cloud.state.in().sessions.length, UNMIRRORED);
      return took;
    } finally {
      await host.stop();
    }
  });

function expectSessions(found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`${found} sessions stand where ${wanted} should`);
}

/** Times on the local cloud, every answer of which takes as long as one of AWS. */
export async function measureAwsTimes(): Promise<readonly Row[]> {
  const at = `at ${LATENCY_MS} ms a call`;
  const { warm, rested, fresh } = await measureHandler();
  const launched = `AWS launch ${at}, time in the handler (median of ${EVENTS})`;
  return [
    toRow(`${launched}: warm process`, medianOf(warm), { most: 115 }, 'ms'),
    toReport(`${launched}: the first after a minute`, medianOf(rested), 'ms'),
    toReport(`${launched}: fresh process, imports apart`, medianOf(fresh), 'ms'),
    toRow(
      `AWS sweep ${at}: ${UNMIRRORED} unmirrored instances, until all are mirrored`,
      await measureFleet(),
      { most: 2000 },
      'ms',
    ),
  ];
}
