import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../shared/fault.ts';
import type { Cloud } from '../shared/words.ts';
import { type CleanUp, createCleanUp } from './clean-up.ts';
import { type Clouds, composeObservers, deploy, startClouds } from './deployment.ts';
import { createAwsSensors, launchAwsFleet } from './demo/aws-fleet.ts';
import { createAzureSensors, launchAzureFleet } from './demo/azure-fleet.ts';
import { demoRules, EMPTY_RULES, type Sensors } from './demo/demo-rules.ts';
import { takeSteps } from './demo/steps.ts';
import type { Host } from './page/act.ts';
import { createFeed, type Feed } from './page/feed.ts';
import { openPage, peopleOf } from './page/open.ts';
import { sayItem } from './page/say-item.ts';
import { watchRules, type WatchedRules } from './watched-rules.ts';

export interface LocalOptions {
  /** The port of the page; 0 takes a free one, for this and the others. */
  readonly port: number;
  readonly ec2Port: number;
  readonly armPort: number;
  /** `null`: the demo's rules, or none when it starts empty. */
  readonly rulesPath: string | null;
  /** Without any machine, sensor or destination. */
  readonly empty: boolean;
  /** Takes some first steps as soon as somebody looks at the page. */
  readonly demo: boolean;
  readonly sweepSeconds: number;
  /** Where lines about what happens go. */
  readonly log: (text: string) => void;
}

/** Both clouds and tapkeeper, running; with their addresses. */
export interface LocalRun {
  readonly page: string;
  readonly ec2: string;
  readonly arm: string;
  stop(): Promise<void>;
}

/**
 * Starts both clouds, a fleet, tapkeeper in mode `enforce`, and the page, all on loopback.
 * @throws Fault that says which port is taken or what is wrong with the rules file; nothing is left running.
 */
export async function startLocal(options: LocalOptions): Promise<LocalRun> {
  const cleanUp = createCleanUp();
  try {
    const addresses = await start(options, cleanUp);
    return { ...addresses, stop: () => cleanUp.run() };
  } catch (thrown) {
    await cleanUp.run();
    throw isTakenPort(thrown) ? new Fault('conflict', thrown.message, thrown) : thrown;
  }
}

/** Whoever listens says which port it is, and keeps what the system said as the cause. */
const isTakenPort = (thrown: unknown): thrown is Error =>
  thrown instanceof Error &&
  thrown.cause instanceof Error &&
  'code' in thrown.cause &&
  thrown.cause.code === 'EADDRINUSE';

async function start(options: LocalOptions, cleanUp: CleanUp): Promise<Omit<LocalRun, 'stop'>> {
  const { log, port, sweepSeconds } = options;
  const clouds = await startClouds({ ec2: options.ec2Port, arm: options.armPort }, cleanUp);
  const sensors = options.empty ? null : await createSensors(clouds);
  const rules = await watchRules(options.rulesPath ?? (await writeRules(sensors, cleanUp)));
  cleanUp.add(() => rules.stop());

  const feed = createFeed({
    now: Date.now,
    findEventMs: clouds.aws.bus.findPutMs,
    findName: (machine) => findName(clouds, machine),
  });
  feed.onItem((item) => log(`${sayItem(item)}\n`));
  const failed = (cloud: Cloud, what: string): void => feed.say('alarm', cloud, what);
  const hosts = deploy(clouds, { rules, journal: feed.journal, sweepSeconds, failed }, cleanUp);
  followRules(rules, hosts, feed);

  const isWatched = Promise.withResolvers<void>();
  const shown = { port, clouds, observers: composeObservers(clouds, rules), hosts, rules, feed };
  const page = await openPage({ ...shown, firstViewed: isWatched.resolve }, cleanUp);
  if (sensors !== null) {
    const machines = {
      aws: await launchAwsFleet(clouds.aws, sensors.aws),
      azure: await launchAzureFleet(clouds.azure),
    };
    if (options.demo) void isWatched.promise.then(() => runDemo(clouds, machines, feed, cleanUp));
  }
  return { page, ec2: clouds.aws.endpoint, arm: clouds.azure.endpoint };
}

async function createSensors({ aws, azure }: Clouds): Promise<Sensors> {
  return { aws: await createAwsSensors(aws), azure: await createAzureSensors(azure) };
}

/** Rules of this run's own, in a file that can be edited while it runs and goes with it. */
async function writeRules(sensors: Sensors | null, cleanUp: CleanUp): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tapkeeper-'));
  cleanUp.add(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'tapkeeper.yaml');
  await writeFile(path, sensors === null ? EMPTY_RULES : demoRules(sensors));
  return path;
}

/** A new version of the rules is told of and asks for a sweep; a file that is not valid is told of only. */
function followRules(rules: WatchedRules, hosts: Readonly<Record<Cloud, Host>>, feed: Feed): void {
  let inForce = rules.state().rules.version;
  rules.onChange(({ path, rules: { version }, problems }) => {
    if (problems !== '') {
      return feed.say(
        'alarm',
        null,
        `the rules file ${path} is not valid, the last good rules stay in force: ${problems}`,
      );
    }
    feed.say('change', null, `the rules in force are version ${version.slice(0, 12)}`);
    if (version === inForce) return;
    inForce = version;
    for (const host of Object.values(hosts)) {
      host
        .sweep()
        .catch((thrown: unknown) => feed.say('alarm', null, `the sweep for the new rules failed: ${String(thrown)}`));
    }
  });
}

function runDemo(
  clouds: Clouds,
  machines: Readonly<Record<Cloud, string>>,
  feed: Feed,
  cleanUp: CleanUp,
): Promise<void> {
  const stopping = new AbortController();
  cleanUp.add(() => stopping.abort());
  return takeSteps(peopleOf(clouds, 'demo'), machines, feed, stopping.signal);
}

/** What a person called the machine; on Azure its id says it. */
const findName = ({ aws }: Clouds, machine: string): string | null =>
  machine.startsWith('/')
    ? (machine.split('/').at(-1) ?? null)
    : (aws.state.in().instances.find(({ id }) => id === machine)?.tags['Name'] ?? null);
