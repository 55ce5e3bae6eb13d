import { hostLambdas } from '../local/aws/lambda-host.ts';
import { launch, startProcess, toBatch, withAwsCloud } from './aws-rig.ts';
import { medianOf, toRow, type Row } from './table.ts';

/** How long EC2 takes for an answer in these figures. */
const LATENCY_MS = 50;
const EVENTS = 9;
const UNMIRRORED = 200;

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** What a handler takes for one launch, in a process that has handled one before: a round of reads, and a write. */
const measureHandler = (): Promise<readonly number[]> =>
  withAwsCloud({ rules: {}, latencyMs: LATENCY_MS }, async (bench) => {
    const { cloud } = bench;
    const process = startProcess(bench);
    const [first, ...rest] = await launch(bench, EVENTS + 1);
    await process.change(toBatch(cloud, [first ?? '']));
    const times: number[] = [];
    for (const instance of rest) times.push(await timeOf(() => process.change(toBatch(cloud, [instance]))));
    expectSessions(cloud.state.in().sessions.length, EVENTS + 1);
    return times;
  });

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
  return [
    toRow(
      `AWS launch ${at}: time in the handler (median of ${EVENTS})`,
      medianOf(await measureHandler()),
      { most: 115 },
      'ms',
    ),
    toRow(
      `AWS sweep ${at}: ${UNMIRRORED} unmirrored instances, until all are mirrored`,
      await measureFleet(),
      { most: 2000 },
      'ms',
    ),
  ];
}
