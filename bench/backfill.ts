import { RunInstancesCommand } from '@aws-sdk/client-ec2';
import { hostLambdas } from '../local/aws/lambda-host.ts';
import { jsonJournal } from '../lambdas/journal.ts';
import type { Journal, Mode } from '../shared/ports.ts';
import { launch, toLaunch, withAwsCloud, type Bench } from './aws-rig.ts';
import { medianOf, toRow, type Row } from './table.ts';
import { virtualClock, type VirtualClock } from './virtual-clock.ts';

/** What a backfill came to; times are those of the virtual clock. */
interface Backfill {
  /** From the sweep to the last session. */
  readonly tookSeconds: number;
  /** Calls to the cloud of every kind for each session, beside those that the sweep lists everything by. */
  readonly callsPerSession: number;
  /** Lines of the log that are errors. */
  readonly errors: number;
  /** From the launch to the session, for the instances that were launched meanwhile. */
  readonly launchSeconds: readonly number[];
}

/** As many as an account can have: https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-quotas.html. */
const SESSIONS = 10_000;
/** Instances that are launched while it goes on, one after the other. */
const LAUNCHES = 10;
const UNMIRRORED = SESSIONS - LAUNCHES;
const BETWEEN_LAUNCHES_MS = 200_000;

/** Instances of one call; RunInstances takes 1,000 in a burst and two more a second, so time is let pass between calls. */
const AT_ONCE = 500;
const REFILL_MS = 300_000;

/** The bulk lane's share of the documented bucket: 3 of 5 calls a second, and 30 of 50 in a burst. */
const SHARE = { perSecond: 3, burst: 30 };
const ALLOWED_SECONDS = (UNMIRRORED - SHARE.burst) / SHARE.perSecond;

/** A fleet of which nothing is mirrored, and of whose launch nobody was told. */
async function launchUnnoticed(bench: Bench, clock: VirtualClock): Promise<void> {
  bench.cloud.disturb({ random: () => 0, droppedShare: 1 });
  for (let left = UNMIRRORED; left > 0; left -= AT_ONCE) {
    await launch(bench, Math.min(left, AT_ONCE));
    clock.pass(REFILL_MS);
  }
  bench.cloud.disturb(null);
}

/** Launches one instance after the other; gives when each was launched. */
async function launchMeanwhile({ client }: Bench, clock: VirtualClock): Promise<ReadonlyMap<string, number>> {
  const launchedMs = new Map<string, number>();
  for (let at = 0; at < LAUNCHES; at++) {
    await clock.sleep(BETWEEN_LAUNCHES_MS);
    const { Instances = [] } = await client.send(new RunInstancesCommand(toLaunch(1)));
    for (const { InstanceId } of Instances) launchedMs.set(InstanceId ?? '', clock.now());
  }
  return launchedMs;
}

/** What the log says in the end, and when each machine was attached. */
function readLog(clock: VirtualClock) {
  const attachedMs = new Map<string, number>();
  let errors = 0;
  const lines = jsonJournal(clock, 'tapkeeper', (line) => {
    if (line.includes('"level":"error"')) errors += 1;
  });
  const journal: Journal = {
    write(entry) {
      lines.write(entry);
      if (entry.kind === 'applied' && entry.change.machine !== null) attachedMs.set(entry.change.machine, clock.now());
    },
  };
  return { journal, attachedMs, errors: () => errors };
}

/**
 * Has a sweep find that nothing is mirrored, under the documented token buckets, and the deployed handlers mirror all of it
 * over several invocations, two at a time. Time is virtual: it passes when everybody waits for it.
 */
const runBackfill = (clock: VirtualClock): Promise<Backfill> =>
  // A message stays hidden for longer than the real time that all this takes.
  withAwsCloud({ clock, buckets: 'documented', visibilitySeconds: 3600 }, async (bench) => {
    const { cloud, rulesPath } = bench;
    await launchUnnoticed(bench, clock);
    const log = readLog(clock);
    const { sleep } = clock;
    let mode: Mode = 'observe';
    const host = hostLambdas(cloud, { rulesPath, mode: () => mode, sweepSeconds: null, sleep, journal: log.journal });
    const calls = (): number => Object.values(cloud.calls).reduce((sum, count) => sum + count, 0);
    cloud.resetCalls();
    // The same lists, and nothing else.
    await host.sweep();
    const listing = calls();
    mode = 'enforce';
    cloud.resetCalls();
    const startedMs = clock.now();
    try {
      const [, launchedMs] = await clock.run(
        (async () => {
          const both = await Promise.all([host.sweep(), launchMeanwhile(bench, clock)]);
          await cloud.idle();
          return both;
        })(),
        () => calls() + log.attachedMs.size,
      );
      const made = cloud.state.in().sessions.length;
      if (made !== SESSIONS) throw new Error(`${made} sessions stand where ${SESSIONS} should`);
      const backfilled = [...log.attachedMs].filter(([machine]) => !launchedMs.has(machine));
      return {
        tookSeconds: (Math.max(...backfilled.map(([, atMs]) => atMs)) - startedMs) / 1000,
        callsPerSession: (calls() - listing - LAUNCHES) / made,
        errors: log.errors(),
        launchSeconds: [...launchedMs].map(([machine, atMs]) => ((log.attachedMs.get(machine) ?? 0) - atMs) / 1000),
      };
    } finally {
      await host.stop();
    }
  });

/** The backfill of a large account, held to what its share of the documented buckets allows. */
export async function measureBackfill(): Promise<readonly Row[]> {
  const { tookSeconds, callsPerSession, errors, launchSeconds } = await runBackfill(
    virtualClock(Date.parse('2026-01-01T00:00:00Z')),
  );
  const what = `AWS backfill of ${SESSIONS.toLocaleString('en-US')} sessions`;
  return [
    toRow(`${what}, in times of what the lane's share allows`, tookSeconds / ALLOWED_SECONDS, { most: 1.1 }, 'times'),
    toRow(`${what}: calls for each session, beside the lists`, callsPerSession, { most: 1.05 }, 'calls'),
    toRow(`${what}: errors in the log`, errors, { most: 0 }, 'lines'),
    toRow(`${what}: a launch meanwhile (median of ${LAUNCHES})`, medianOf(launchSeconds), { most: 10 }, 's'),
    toRow(`${what}: the slowest launch meanwhile`, Math.max(...launchSeconds), { most: 10 }, 's'),
  ];
}
