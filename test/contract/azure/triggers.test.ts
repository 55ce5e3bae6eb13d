import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { identify } from '../../../functions/event-grid.ts';
import type { FunctionsHost } from '../../../local/azure/host/host-app.ts';
import { FUNCTION_APP, hostFunctions, type HostOptions } from '../../../local/azure/host.ts';
import { type AzureCloud, startAzureCloud } from '../../../local/azure/start.ts';
import type { JournalEntry } from '../../../shared/journal.ts';
import {
  attach,
  clientsOf,
  createMachine,
  createNic,
  GROUP,
  layGround,
  machinePath,
  networkPath,
  QUICK,
  request,
} from '../../local/azure/fleet.ts';

const NAME = 'tapkeeper-v1-soc';
const PUT_TAP_CONFIGURATION = 'PUT Microsoft.Network/networkInterfaces/tapConfigurations';

let cloud: AzureCloud;
let host: FunctionsHost;
let folder: string;
let rulesPath: string;
let journal: JournalEntry[];
let log: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapkeeper-'));
  rulesPath = join(folder, 'rules.yaml');
  cloud = await startAzureCloud({ operationMs: 2, settleMs: 2 });
  await layGround(cloud);
  await cloud.idle();
  [journal, log] = [[], []];
  await writeRules();
});
afterEach(async () => {
  await host.stop();
  await cloud.stop();
  await rm(folder, { recursive: true });
});

const writeRules = (inFlight = 5): Promise<void> =>
  writeFile(
    rulesPath,
    `version: 1
owner: soc
interruption: { settle: 0s, inFlight: ${inFlight} }
destinations:
  sensor:
    cloud: azure
    virtualNetworkTap: ${networkPath(cloud, 'virtualNetworkTaps/tap')}
rules:
  - name: tagged
    when: { tag: mirror }
    mirror: { fromTag: mirror, among: [sensor] }
`,
  );

const QUICK_QUEUES = {
  batchSize: 4,
  newBatchThreshold: 0,
  maxDequeueCount: 3,
  visibilityMs: 0,
  messageEncoding: 'base64',
} as const;

/** The function app over the cloud, with a journal to look into. */
function start(options: Partial<HostOptions> = {}): void {
  host = hostFunctions(cloud, {
    rulesPath,
    mode: 'enforce',
    sweepSeconds: null,
    queueSettings: QUICK_QUEUES,
    log: (line) => log.push(line),
    overrides: { journal: { write: (entry) => void journal.push(entry) }, pause: () => cloud.idle() },
    ...options,
  });
}

const put = (text: string) =>
  cloud.queues.queue('tapkeeper-events').sendMessage(Buffer.from(text, 'utf8').toString('base64'));
const poisonOf = async (queue: string): Promise<number> => {
  const poison = cloud.queues.queue(`${queue}-poison`);
  return (await poison.exists()) ? ((await poison.getProperties()).approximateMessagesCount ?? 0) : 0;
};
const finished = (): number => journal.filter(({ kind }) => kind === 'finished').length;
const standing = () => cloud.state.tapConfigurations.map(({ nic, name }) => [nic.split('/').at(-1), name]);
/** One that failed half-way stays behind. */
const succeeded = () =>
  cloud.state.tapConfigurations.flatMap(({ name, provisioningState }) =>
    provisioningState === 'Succeeded' ? [name] : [],
  );
const tag = async (name: string, tags: Record<string, string>): Promise<void> => {
  await clientsOf(cloud).network.networkInterfaces.updateTags(GROUP, name, { tags });
};

describe('an event', () => {
  test('of a tagged machine attaches it, with three reads at most, and our own write asks for nothing more', async () => {
    start();
    await createMachine(cloud, 'vm1', { mirror: 'sensor' });
    await host.idle();
    expect(standing()).toEqual([['vm1-nic', NAME]]);
    const attached = journal.filter(({ kind }) => kind === 'applied');
    expect(attached).toHaveLength(1);

    cloud.calls.reset();
    await tag('vm1-nic', { team: 'soc' });
    await host.idle();
    expect(cloud.calls.reads()).toBeGreaterThan(0);
    expect(cloud.calls.reads()).toBeLessThanOrEqual(3);
    expect(cloud.calls.writes()).toBe(1);
  });

  test.each([
    { eventSchema: 'EventGridSchema', tagsSubject: 'tags-default', actionSubject: 'action' },
    { eventSchema: 'CloudEventSchemaV1_0', tagsSubject: 'tags-default', actionSubject: 'action' },
    { eventSchema: 'EventGridSchema', tagsSubject: 'resource', actionSubject: 'resource' },
  ] as const)('in the schema $eventSchema, with tags on $tagsSubject and actions on $actionSubject', async (forms) => {
    await cloud.stop();
    cloud = await startAzureCloud({ operationMs: 2, settleMs: 2, ...forms });
    await layGround(cloud);
    await writeRules();
    await createMachine(cloud, 'vm');
    await cloud.idle();
    await cloud.queues.queue('tapkeeper-events').clearMessages();
    start();
    const tags = { properties: { tags: { mirror: 'sensor' } }, operation: 'Merge' };
    await request(cloud, 'PATCH', `${machinePath(cloud, 'vm')}/providers/Microsoft.Resources/tags/default`, tags);
    await host.idle();
    expect(standing()).toEqual([['vm-nic', NAME]]);
    const before = finished();
    for (const action of ['powerOff', 'deallocate', 'start', 'restart']) {
      await request(cloud, 'POST', `${machinePath(cloud, 'vm')}/${action}`);
      await host.idle();
    }
    expect(finished() - before).toBe(3);
    expect(cloud.interruptions.of(machinePath(cloud, 'vm'))).toBe(1);
  });

  test.each(['request', 'operation'] as const)(
    'of a machine that needs a restart is refused once, in the phase %s, until the machine was started',
    async (fastpathPhase) => {
      await cloud.stop();
      cloud = await startAzureCloud({ operationMs: 2, settleMs: 2, restartNeeded: 'after-first-tap', fastpathPhase });
      await layGround(cloud);
      await writeRules();
      await createMachine(cloud, 'vm', { mirror: 'sensor' });
      await cloud.idle();
      cloud.takeOffFastpath(machinePath(cloud, 'vm'));
      start();
      const first = host;
      await host.idle();
      const held = journal.flatMap((line) => (line.kind === 'held' ? [line.hold.code] : []));
      expect(held).toContain('needs-restart');
      // The machine's own event and its interface's meet: only one of them may try.
      expect(cloud.calls.counts()).toMatchObject({ [PUT_TAP_CONFIGURATION]: 1 });
      await first.stop();
      // Another process knows of it.
      start();
      cloud.calls.reset();
      await tag('vm-nic', { team: 'soc' });
      await host.idle();
      expect(cloud.calls.counts()).not.toHaveProperty([PUT_TAP_CONFIGURATION]);
      expect(succeeded()).toEqual([]);
      for (const action of ['deallocate', 'start']) {
        await request(cloud, 'POST', `${machinePath(cloud, 'vm')}/${action}`);
        await host.idle();
      }
      expect(succeeded()).toEqual([NAME]);
    },
  );

  test('of an untagged interface detaches it, and leaves what others made', async () => {
    start();
    await createNic(cloud, 'ours', { mirror: 'sensor' });
    await createNic(cloud, 'theirs');
    await attach(cloud, 'theirs', 'by-hand');
    await host.idle();
    expect(standing()).toEqual([
      ['ours', NAME],
      ['theirs', 'by-hand'],
    ]);
    await tag('ours', {});
    await host.idle();
    expect(standing()).toEqual([['theirs', 'by-hand']]);
  });

  test('of a detach by hand attaches again', async () => {
    start();
    await createNic(cloud, 'nic', { mirror: 'sensor' });
    await host.idle();
    await clientsOf(cloud).network.networkInterfaceTapConfigurations.delete(GROUP, 'nic', NAME, QUICK);
    await host.idle();
    expect(standing()).toEqual([['nic', NAME]]);
  });

  test('that Event Grid delivers straight goes through the queue', async () => {
    await createNic(cloud, 'nic', { mirror: 'sensor' });
    await cloud.idle();
    await cloud.queues.queue('tapkeeper-events').clearMessages();
    start();
    await host.deliver({
      type: 'Microsoft.Resources.ResourceWriteSuccess',
      subject: networkPath(cloud, 'networkInterfaces/nic'),
      data: { operationName: 'Microsoft.Network/networkInterfaces/write' },
    });
    await host.idle();
    expect(standing()).toEqual([['nic', NAME]]);
  });

  test('of a TAP configuration that somebody else wrote is looked at, of ours it is not, whichever of our identities', async () => {
    const ownIds = ['aaaaaaaa-1111-4111-8111-111111111111', FUNCTION_APP.appId.toUpperCase()];
    start({ settings: { TAPKEEPER_PRINCIPAL_ID: ownIds.join(' , ') } });
    await createNic(cloud, 'nic', { mirror: 'sensor' });
    await host.idle();
    expect(standing()).toEqual([['nic', NAME]]);
    expect(finished()).toBe(1);
    await createNic(cloud, 'other');
    await host.idle();
    await attach(cloud, 'other', 'by-hand');
    await host.idle();
    expect(finished()).toBe(3);
  });

  test('that comes twice, hours late, out of order or with the id of another one, changes nothing more', async () => {
    await createNic(cloud, 'nic', { mirror: 'sensor' });
    await createNic(cloud, 'other', { mirror: 'sensor' });
    await cloud.idle();
    await cloud.queues.queue('tapkeeper-events').clearMessages();
    start();
    const at = (name: string, hours: number) => ({
      ...nicWritten(name),
      id: 'one-and-the-same',
      time: new Date(cloud.clock.now() - hours * 3_600_000).toISOString(),
    });
    await put(JSON.stringify([at('nic', 9), at('other', 9), at('nic', 0)]));
    await put(JSON.stringify(at('nic', -24)));
    await host.idle();
    expect(new Set(standing().map(([nic]) => nic))).toEqual(new Set(['nic', 'other']));
    expect(journal.filter(({ kind }) => kind === 'applied')).toHaveLength(2);
    cloud.calls.reset();
    await put(JSON.stringify(at('nic', 5)));
    await host.idle();
    expect(cloud.calls.writes()).toBe(0);
  });

  test('changes nothing while observing or paused', async () => {
    start({ mode: 'observe' });
    await createNic(cloud, 'nic', { mirror: 'sensor' });
    await host.idle();
    expect(journal.map(({ kind }) => kind)).toContain('planned');
    expect(standing()).toEqual([]);
    await host.stop();

    start({ mode: 'paused' });
    cloud.calls.reset();
    await tag('nic', { mirror: 'sensor', more: 'x' });
    await host.idle();
    expect([cloud.calls.reads(), cloud.calls.writes()]).toEqual([0, 1]);
  });
});

describe('a message that is no work', () => {
  test.each([
    ['text', 'not JSON, private'],
    ['a number', '7'],
    ['an unknown event', JSON.stringify({ type: 'Private.Event', subject: 'private' })],
    ['work that is damaged', JSON.stringify({ kind: 'look', subjects: 'private' })],
    ['48 kB', JSON.stringify({ type: 'private'.repeat(6_500) })],
  ])('%s is told once, without its contents, and acknowledged', async (_, text) => {
    start();
    await put(text);
    await host.idle();
    expect(journal).toMatchObject([{ kind: 'fault', code: 'event-unreadable' }]);
    expect(JSON.stringify([journal, log])).not.toMatch(/private/i);
    expect(await poisonOf('tapkeeper-events')).toBe(0);
  });

  test('an event about something else is acknowledged in silence', async () => {
    start();
    const data = { operationName: 'Microsoft.Storage/storageAccounts/write' };
    await put(JSON.stringify({ type: 'Microsoft.Resources.ResourceWriteSuccess', subject: '/x', data }));
    await host.idle();
    expect([journal, await poisonOf('tapkeeper-events')]).toEqual([[], 0]);
  });

  test('a batch is done as far as it can be read', async () => {
    await createNic(cloud, 'nic', { mirror: 'sensor' });
    await cloud.idle();
    await cloud.queues.queue('tapkeeper-events').clearMessages();
    start();
    const data = { operationName: 'Microsoft.Network/networkInterfaces/write' };
    const subject = networkPath(cloud, 'networkInterfaces/nic');
    await put(JSON.stringify([null, { type: 'Microsoft.Resources.ResourceWriteSuccess', subject, data }, {}]));
    await host.idle();
    expect(standing()).toEqual([['nic', NAME]]);
  });
});

const nicWritten = (name: string) => ({
  type: 'Microsoft.Resources.ResourceWriteSuccess',
  subject: networkPath(cloud, `networkInterfaces/${name}`),
  data: { operationName: 'Microsoft.Network/networkInterfaces/write' },
});

describe('work that fails', () => {
  test('is delivered again, and is poison in the end, as it came', async () => {
    await rm(rulesPath);
    start();
    const text = JSON.stringify(nicWritten('nic'));
    expect(identify(nicWritten('nic'), { ownIds: [], nowMs: 0, newId: () => 'id' }).kind).toBe('work');
    await put(text);
    await host.idle();
    expect(log).toHaveLength(QUICK_QUEUES.maxDequeueCount);
    expect(journal).toMatchObject(Array.from({ length: 3 }, () => ({ kind: 'fault', code: 'config-invalid' })));
    const { peekedMessageItems } = await cloud.queues.queue('tapkeeper-events-poison').peekMessages();
    expect(peekedMessageItems.map((item) => Buffer.from(item.messageText, 'base64').toString('utf8'))).toEqual([text]);
  });

  test('loses nothing: the next sweep says what was given up, leaves it, and does what it was about', async () => {
    await createNic(cloud, 'nic', { mirror: 'sensor' });
    await cloud.idle();
    await cloud.queues.queue('tapkeeper-events').clearMessages();
    await rm(rulesPath);
    start();
    await put(JSON.stringify(nicWritten('nic')));
    await host.idle();
    expect(standing()).toEqual([]);
    await writeRules();
    journal.length = 0;
    for (let sweeps = 0; sweeps < 2; sweeps += 1) {
      await host.sweep();
      await host.idle();
    }
    expect(standing()).toEqual([['nic', NAME]]);
    const given = { kind: 'dead-letters', lane: 'event', messages: 1 };
    expect(journal.filter(({ kind }) => kind === 'dead-letters')).toMatchObject([given, given]);
    expect(await poisonOf('tapkeeper-events')).toBe(1);
  });

  test('that is not base64 goes to the poison queue at once, and the next sweep says so of its queue', async () => {
    start();
    await cloud.queues.queue('tapkeeper-bulk').sendMessage('{"kind":"look"}');
    await host.idle();
    await host.sweep();
    expect(journal.filter(({ kind }) => kind === 'dead-letters')).toMatchObject([{ lane: 'bulk', messages: 1 }]);
    expect(await poisonOf('tapkeeper-bulk')).toBe(1);
  });

  test('for want of time is begun by nobody, and says what to do', async () => {
    await createNic(cloud, 'nic', { mirror: 'sensor' });
    await cloud.idle();
    start({ settings: { AzureFunctionsJobHost__functionTimeout: '00:00:15' } });
    await host.idle();
    expect(standing()).toEqual([]);
    expect(journal[0]).toMatchObject({
      kind: 'fault',
      code: 'config-invalid',
      detail: expect.stringContaining('give the function a minute or longer') as string,
    });
  });
});

describe('two instances of the app', () => {
  test('interrupt no more machines together than the rules allow, and none twice', async () => {
    await cloud.stop();
    // Long enough for operations of several messages to meet.
    cloud = await startAzureCloud({ operationMs: 100, settleMs: 2 });
    await layGround(cloud);
    await writeRules(2);
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    await Promise.all(names.map((name) => createMachine(cloud, name, { mirror: 'sensor' })));
    await cloud.idle();
    start();
    const first = host;
    start();
    await Promise.all([first.idle(), host.idle()]);
    await first.stop();
    expect(cloud.interruptions.most()).toBeLessThanOrEqual(2);
    expect(standing().length).toBeGreaterThanOrEqual(2);
    for (const name of names) expect(cloud.interruptions.of(machinePath(cloud, name))).toBeLessThanOrEqual(1);
    expect(await poisonOf('tapkeeper-events')).toBe(0);
  });
});

describe('the timer', () => {
  test('has what differs repaired', async () => {
    await createNic(cloud, 'nic', { mirror: 'sensor' });
    await createNic(cloud, 'orphan');
    await attach(cloud, 'orphan', NAME);
    await cloud.idle();
    await cloud.queues.queue('tapkeeper-events').clearMessages();
    start();
    await host.sweep();
    await host.idle();
    expect(standing()).toEqual([['nic', NAME]]);
  });
});

const STRANGE_MACHINE =
  '/subscriptions/99999999-9999-4999-8999-999999999999/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm';

describe('resync', () => {
  test('answers with the plan', async () => {
    await createNic(cloud, 'nic', { mirror: 'sensor' });
    start({ mode: 'observe' });
    await host.idle();
    const { status, body } = await host.resync(JSON.stringify({ scope: 'everything', mode: 'plan' }));
    expect(status).toBe(200);
    expect(body).toContain(networkPath(cloud, 'networkInterfaces/nic').toLowerCase());
  });

  test.each([
    ['a scope that is none', '{"scope": 7}', /must be "everything"/],
    ['what is not JSON', 'scope=everything', /not JSON/],
    ['nothing', '', /not JSON/],
    ['10 MB', JSON.stringify({ scope: 'everything', mode: 'plan', more: 'x'.repeat(10_000_000) }), /longer than/],
    [
      'a machine of a subscription that is not kept',
      JSON.stringify({ scope: { machines: [STRANGE_MACHINE] }, mode: 'plan' }),
      /names ids of subscription 99999999-.* not of /,
    ],
  ])('says what is wrong with %s, and reads nothing', async (_, body, said) => {
    start();
    cloud.calls.reset();
    const answer = await host.resync(body);
    expect(answer).toMatchObject({ status: 400, contentType: 'application/problem+json' });
    const { errors } = JSON.parse(answer.body) as { readonly errors: readonly { readonly detail: string }[] };
    expect(errors[0]?.detail).toMatch(said);
    expect(answer.body.length).toBeLessThan(2_000);
    expect(cloud.calls.reads()).toBe(0);
  });

  test('a function key does not lift the guard, an identity of Entra ID does', async () => {
    start({ settings: { WEBSITE_AUTH_ENABLED: 'True' } });
    const body = JSON.stringify({ scope: 'everything', mode: 'apply', lift: ['limit'] });
    expect((await host.resync(body, { 'x-functions-key': 'key' })).status).toBe(403);
    const principal = Buffer.from(JSON.stringify({ auth_typ: 'aad', claims: [] })).toString('base64');
    const signedIn = { 'x-ms-client-principal-id': 'id', 'x-ms-client-principal': principal };
    expect((await host.resync(body, signedIn)).status).not.toBe(403);
  });
});
