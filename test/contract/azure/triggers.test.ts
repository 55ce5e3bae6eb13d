import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { identify } from '../../../functions/event-grid.ts';
import type { FunctionsHost } from '../../../local/azure/host/host-app.ts';
import { hostFunctions, type HostOptions } from '../../../local/azure/host.ts';
import { type AzureCloud, startAzureCloud } from '../../../local/azure/start.ts';
import type { JournalEntry } from '../../../shared/journal.ts';
import {
  attach,
  clientsOf,
  createMachine,
  createNic,
  GROUP,
  layGround,
  networkPath,
  QUICK,
} from '../../local/azure/fleet.ts';

const NAME = 'tapkeeper-v1-soc';

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

const writeRules = (): Promise<void> =>
  writeFile(
    rulesPath,
    `version: 1
owner: soc
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
const standing = () => cloud.state.tapConfigurations.map(({ nic, name }) => [nic.split('/').at(-1), name]);
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

describe('work that fails', () => {
  test('is delivered again, and is poison in the end', async () => {
    await rm(rulesPath);
    start();
    const event = {
      type: 'Microsoft.Resources.ResourceWriteSuccess',
      subject: networkPath(cloud, 'networkInterfaces/nic'),
      data: { operationName: 'Microsoft.Network/networkInterfaces/write' },
    };
    expect(identify(event, { ownIds: [], nowMs: 0, newId: () => 'id' }).kind).toBe('work');
    await put(JSON.stringify(event));
    await host.idle();
    expect(log).toHaveLength(QUICK_QUEUES.maxDequeueCount);
    expect(await poisonOf('tapkeeper-events')).toBe(1);
    expect(journal).toMatchObject(Array.from({ length: 3 }, () => ({ kind: 'fault', code: 'config-invalid' })));
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

describe('resync', () => {
  test('answers with the plan', async () => {
    await createNic(cloud, 'nic', { mirror: 'sensor' });
    start({ mode: 'observe' });
    await host.idle();
    const { status, body } = await host.resync(JSON.stringify({ scope: 'everything', mode: 'plan' }));
    expect(status).toBe(200);
    expect(body).toContain(networkPath(cloud, 'networkInterfaces/nic').toLowerCase());
  });

  test('says what is wrong with a body', async () => {
    start();
    expect(await host.resync('{"scope": 7}')).toMatchObject({ status: 400, contentType: 'application/problem+json' });
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
