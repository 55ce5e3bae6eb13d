import { expect, test } from 'vitest';
import { createInterruptions } from '../../../functions/interruptions.ts';
import { systemTimer, type Timer } from '../../../functions/interruptions/leases.ts';
import { sha256 } from '../../../functions/sha256.ts';
import { FUNCTION_APP } from '../../../local/azure/host.ts';
import { credentialOf } from '../../../local/azure/identities.ts';
import { endAfterTest } from '../after-test.ts';
import { configurationsIn, deploy, destination, personIn, startCloud, tagRules } from './rig.ts';

const MACHINES = 8;
const IN_FLIGHT = 2;
/** The shortest that a lease of a blob can be; the machine's own time. */
const LEASE_SECONDS = 15;
const BETWEEN_SWEEPS_MS = 60_000;

/** A timer that does nothing any more once its process is killed. */
const doomedTimer = (isKilled: () => boolean): Timer => ({
  elapsedMs: systemTimer.elapsedMs,
  after: (delayMs, action) => systemTimer.after(delayMs, () => (isKilled() ? undefined : action())),
});

test(
  'an instance that is killed while it changes a machine keeps its turn until it lapses, and nobody is interrupted twice',
  { timeout: 120_000 },
  async () => {
    const cloud = await startCloud();
    const alice = personIn(cloud);
    const frontend = await alice.createFrontend();
    await alice.createTap('soc', frontend);
    const machines = await alice.launch(MACHINES, { tags: { mirror: 'sensor' } });
    await cloud.queues.queue('tapkeeper-events').clearMessages();

    let isKilled = false;
    let bury = (): void => undefined;
    // Nothing that it does after its first write comes to anything: no request, no renewal of its turn.
    const grave = new Promise<never>((_, reject) => (bury = () => reject(new Error('the host was killed'))));
    grave.catch(() => undefined);
    const interruptions = createInterruptions(
      {
        env: { AzureWebJobsStorage: cloud.storageConnectionString },
        credential: credentialOf(FUNCTION_APP),
        clock: cloud.clock,
        hash: sha256,
        process: 'doomed',
      },
      { timer: doomedTimer(() => isKilled), leaseSeconds: LEASE_SECONDS },
    );
    const httpClient: typeof cloud.httpClient = {
      async sendRequest(request) {
        if (isKilled) return grave;
        const response = await cloud.httpClient.sendRequest(request);
        if (request.method === 'PUT') isKilled = true;
        return isKilled ? grave : response;
      },
    };
    const rules = tagRules({ sensor: destination(frontend) }, { interruption: { inFlight: IN_FLIGHT, settle: '0s' } });
    const doomed = await deploy(cloud, rules, { more: () => ({ httpClient, interruptions }) });
    endAfterTest(async () => bury());
    await doomed.hosts[0].sweep();
    const isDead = (): boolean => isKilled;
    while (!isDead()) await cloud.clock.sleep(1000);
    await cloud.idle();
    const left = configurationsIn(cloud).length;
    expect(left).toBeLessThanOrEqual(IN_FLIGHT);

    const survivor = await deploy(cloud, rules);
    const startedMs = Date.now();
    let swept = 0;
    while (configurationsIn(cloud).length < MACHINES) {
      await survivor.hosts[0].sweep();
      swept += 1;
      await cloud.clock.sleep(BETWEEN_SWEEPS_MS);
    }
    expect(Date.now() - startedMs).toBeLessThan((LEASE_SECONDS + 30) * 1000);
    expect(swept).toBeGreaterThan(0);
    expect(machines.map(({ id }) => cloud.interruptions.of(id))).toEqual(machines.map(() => 1));
    expect(cloud.interruptions.most()).toBeLessThanOrEqual(IN_FLIGHT);
  },
);
