import type { Overrides } from '../../../functions/compose.ts';
import { hostFunctions, type HostOptions } from '../../../local/azure/host.ts';
import type { FunctionsHost } from '../../../local/azure/host/host-app.ts';
import { readQueueSettings } from '../../../local/azure/host/host-settings.ts';
import { systemClock } from '../../../local/azure/clock.ts';
import { startAzureCloud, type AzureCloud, type AzureOptions } from '../../../local/azure/start.ts';
import { QUEUES, startStorage, type Storage } from '../../../local/azure/storage.ts';
import type { TripName } from '../../../shared/plan/change.ts';
import type { JournalEntry } from '../../../shared/journal.ts';
import { endAfterTest } from '../after-test.ts';
import { keptJournal } from '../kept-journal.ts';
import { newRulesFile } from '../rules-file.ts';
import { hastyClock, type HastyClock } from '../../../bench/hasty-clock.ts';
import { clockedQueues } from '../../../bench/clocked-queues.ts';
import { startPost, type Post } from './post.ts';
import { watchWrites, type WatchedWrites } from './watched-writes.ts';

export { personIn, type Person } from './person.ts';
export { tagRules } from '../rules-file.ts';

/** A local Azure on a hasty clock. */
export interface RigCloud extends AzureCloud {
  readonly clock: HastyClock;
}

/** How long operations take on the hasty clock: an attach that interrupts, and a machine that starts. */
const OPERATION_MS = 600;

export async function startCloud(options: Partial<AzureOptions> = {}): Promise<RigCloud> {
  const clock = hastyClock();
  const cloud = await startAzureCloud({ clock, operationMs: OPERATION_MS, settleMs: OPERATION_MS, ...options });
  endAfterTest(cloud.stop);
  return { ...cloud, clock };
}

/** Storage of a deployment of its own, which no event of the cloud reaches. */
export async function newStorage(): Promise<Storage> {
  const storage = await startStorage();
  endAfterTest(storage.stop);
  return storage;
}

/** Brings the cloud's events to a storage. */
export function newPost(cloud: RigCloud, storage: Storage): Post {
  const { stop, ...post } = startPost(cloud, storage);
  endAfterTest(stop);
  return post;
}

/** What App Service says of somebody who has signed in with Entra ID. */
const SIGNED_IN = {
  'x-ms-client-principal-id': 'alice',
  'x-ms-client-principal': Buffer.from(JSON.stringify({ auth_typ: 'aad' })).toString('base64'),
};

const NO_POST: Pick<Post, 'onTheWay'> = { onTheWay: async () => 0 };

/** One deployment of tapkeeper: its function hosts, its rules file and what it journaled. */
export interface Deployment {
  readonly hosts: readonly [FunctionsHost, ...FunctionsHost[]];
  readonly journal: readonly JournalEntry[];
  readonly writes: WatchedWrites;
  /** What the hosts said of invocations that failed. */
  readonly failures: readonly string[];
  /** The holds, by code, of what was journaled since the last call. */
  holds(): readonly string[];
  /** Writes the rules file; it holds from the next invocation on. */
  setRules(rules: object): Promise<void>;
  removeRules(): Promise<void>;
  /** Resolves when nothing goes on and no message waits, now or for later. */
  calm(): Promise<void>;
  /**
   * Sweeps until it is so, a few times at most: what waits for its turn for a quarter of an hour is given up, since the next sweep
   * finds it as well, and on a hasty clock that is soon.
   */
  sweepUntil(isSo: () => boolean): Promise<void>;
  /** A person lets what trips the guard go on, and waits until it is done. */
  lift(...trips: readonly TripName[]): Promise<void>;
  /** Sweeps and waits until all that came of it is done. Gives the names of the guard's trips. */
  sweep(): Promise<readonly string[]>;
}

export interface DeploymentOptions extends Partial<HostOptions> {
  /** How many instances of the function app share its storage. */
  readonly instances: number;
  /** By default that of the cloud, which its events reach. */
  readonly storage: Pick<Storage, 'connectionString' | 'queue'>;
  /** What brings the cloud's events to a storage of its own; by default nothing does. */
  readonly post: Post;
  /** What each instance is composed with, by its place. */
  readonly more: (instance: number) => Partial<Overrides>;
  /** What does not change at the same time, by machine. */
  readonly groupOf: (machine: string) => string | null;
}

const POLL_MS = 10;
const MOST_SWEEPS = 4;

/** The queues have a second as their smallest time. */
const REDELIVERED_AFTER_MS = 1000;

export async function deploy(
  cloud: RigCloud,
  rules: object,
  options: Partial<DeploymentOptions> = {},
): Promise<Deployment> {
  const file = await newRulesFile(rules);
  const journal = keptJournal();
  const { clock } = cloud;
  const { settings, instances = 1, post = NO_POST, more = () => ({}), groupOf, storage: _storage, ...others } = options;
  const storage = options.storage ?? { connectionString: cloud.storageConnectionString, queue: cloud.queues.queue };
  const writes = watchWrites(cloud, groupOf);
  const queues = clockedQueues(storage.connectionString, clock.sleep);
  const failures: string[] = [];
  const startHost = (instance: number): FunctionsHost => {
    const host = hostFunctions(
      // The host looks at its queues by the machine's own time.
      { ...cloud, clock: systemClock, queues: storage, storageConnectionString: storage.connectionString },
      {
        rulesPath: file.path,
        mode: 'enforce',
        sweepSeconds: null,
        settings: { WEBSITE_AUTH_ENABLED: 'true', ...settings },
        onFailure: (why) => void failures.push(why),
        queueSettings: { ...readQueueSettings(), visibilityMs: REDELIVERED_AFTER_MS },
        overrides: { clock, journal, queues, pause: clock.sleep, httpClient: writes.httpClient, ...more(instance) },
        ...others,
      },
    );
    endAfterTest(host.stop);
    return host;
  };
  const hosts = [startHost(0), ...Array.from({ length: instances - 1 }, (_, at) => startHost(at + 1))] as const;

  async function isCalm(): Promise<boolean> {
    await Promise.all(hosts.map((host) => host.idle()));
    const left = await Promise.all(
      Object.values(QUEUES).map(async (name) => {
        const { approximateMessagesCount = 0 } = await storage.queue(name).getProperties();
        return approximateMessagesCount;
      }),
    );
    return queues.waiting() === 0 && (await post.onTheWay()) === 0 && left.every((messages) => messages === 0);
  }
  const calm = async (): Promise<void> => {
    while (!(await isCalm())) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  };

  return {
    hosts: [hosts[0], ...hosts.slice(1)],
    journal: journal.entries,
    writes,
    failures,
    holds: journal.holds,
    setRules: file.write,
    removeRules: file.remove,
    calm,
    async lift(...trips) {
      const body = JSON.stringify({ scope: 'everything', mode: 'apply', lift: trips });
      const { status } = await hosts[0].resync(body, SIGNED_IN);
      if (status >= 300) throw new Error(`the guard was not lifted: ${status}`);
      await calm();
    },
    async sweepUntil(isSo) {
      for (let swept = 0; swept < MOST_SWEEPS && !isSo(); swept++) {
        await hosts[swept % hosts.length]?.sweep();
        await calm();
      }
    },
    async sweep() {
      const before = journal.entries.length;
      await hosts[0].sweep();
      await calm();
      return journal.tripsAfter(before);
    },
  };
}

/** A destination of a rules file. */
export const destination = (loadBalancerFrontend: string): object => ({ cloud: 'azure', loadBalancerFrontend });

/** The TAP configurations that stand, in few words, by interface. */
export const configurationsIn = (cloud: AzureCloud) =>
  cloud.state.tapConfigurations
    .map(({ nic, name, tap, provisioningState }) => ({
      source: nic,
      name,
      tap: tap.split('/').at(-1) ?? '',
      state: provisioningState,
    }))
    .sort((a, b) => (a.source < b.source ? -1 : 1));
