import { afterEach, expect, test } from 'vitest';
import { identify } from '../../../functions/event-grid.ts';
import { seededRandom } from '../../../local/azure/random.ts';
import { startAzureCloud, type AzureCloud, type AzureOptions } from '../../../local/azure/start.ts';
import {
  ALICE,
  attach,
  createMachine,
  createNic,
  layGround,
  machinePath,
  networkPath,
  QUICK,
  clientsOf,
  GROUP,
  request,
} from './fleet.ts';

let cloud: AzureCloud | null = null;
afterEach(() => cloud?.stop());

interface SeenEvent {
  readonly subject: string;
  readonly data: {
    readonly operationName: string;
    readonly correlationId: string;
    readonly claims: Record<string, string>;
    readonly httpRequest: object;
  };
}

async function start(options: AzureOptions = {}): Promise<AzureCloud> {
  cloud = await startAzureCloud({ operationMs: 2, settleMs: 2, ...options });
  await layGround(cloud);
  await cloud.idle();
  await drain(cloud);
  return cloud;
}

/** Everything on the event queue, decoded as the host decodes it. */
async function drain({ queues }: AzureCloud): Promise<readonly SeenEvent[]> {
  const queue = queues.queue('tapkeeper-events');
  const events: SeenEvent[] = [];
  for (;;) {
    const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
    if (receivedMessageItems.length === 0) return events;
    for (const { messageText, messageId, popReceipt } of receivedMessageItems) {
      events.push(JSON.parse(Buffer.from(messageText, 'base64').toString('utf8')) as SeenEvent);
      await queue.deleteMessage(messageId, popReceipt);
    }
  }
}

const operations = (events: readonly SeenEvent[]): readonly string[] =>
  events.map(({ data }) => data.operationName).sort();

test('creating a machine and attaching tells of what the function app is subscribed to, with who did it', async () => {
  const cloud = await start();
  await createMachine(cloud, 'vm');
  await attach(cloud, 'vm-nic', 'x');
  await clientsOf(cloud).compute.virtualMachines.powerOff(GROUP, 'vm', QUICK);
  await clientsOf(cloud).compute.virtualMachines.start(GROUP, 'vm', QUICK);
  await cloud.idle();
  const events = await drain(cloud);
  expect(operations(events)).toEqual([
    'Microsoft.Compute/virtualMachines/powerOff/action',
    'Microsoft.Compute/virtualMachines/start/action',
    'Microsoft.Compute/virtualMachines/write',
    'Microsoft.Network/networkInterfaces/tapConfigurations/write',
    'Microsoft.Network/networkInterfaces/write',
  ]);
  for (const { data } of events) {
    expect(data.claims['appid']).toBe(ALICE.appId);
    expect(data.claims['http://schemas.microsoft.com/identity/claims/objectidentifier']).toBe(ALICE.objectId);
  }
});

test('both schemas carry what the function app reads from them', async () => {
  for (const eventSchema of ['EventGridSchema', 'CloudEventSchemaV1_0'] as const) {
    const cloud = await start({ eventSchema });
    await createNic(cloud, 'nic');
    await cloud.idle();
    const [event] = await drain(cloud);
    expect(event).toHaveProperty(
      eventSchema === 'EventGridSchema' ? 'eventType' : 'type',
      'Microsoft.Resources.ResourceWriteSuccess',
    );
    expect(event).toHaveProperty(
      eventSchema === 'EventGridSchema' ? 'topic' : 'source',
      `/subscriptions/${cloud.subscription}`,
    );
    expect(event?.data.httpRequest).toEqual({});
    const identity = identify(event, { ownIds: [], nowMs: Date.now(), newId: () => 'new' });
    const id = networkPath(cloud, 'networkInterfaces/nic').toLowerCase();
    expect(identity).toMatchObject({ kind: 'work', work: { kind: 'look', subjects: [{ kind: 'source', id }] } });
    await cloud.stop();
  }
});

test('the Tags API tells of a write of tags alone, on the resource or its tags/default', async () => {
  for (const tagsSubject of ['resource', 'tags-default'] as const) {
    const cloud = await start({ tagsSubject });
    await createMachine(cloud, 'vm');
    await cloud.idle();
    await drain(cloud);
    const path = `${machinePath(cloud, 'vm')}/providers/Microsoft.Resources/tags/default`;
    await request(cloud, 'PATCH', path, { operation: 'Merge', properties: { tags: { mirror: 'soc' } } });
    await cloud.idle();
    const events = await drain(cloud);
    expect(events.map(({ subject, data }) => [subject, data.operationName])).toEqual([
      [tagsSubject === 'resource' ? machinePath(cloud, 'vm') : path, 'Microsoft.Resources/tags/write'],
    ]);
    expect(cloud.state.vms[0]?.tags).toEqual({ mirror: 'soc' });
    await cloud.stop();
  }
});

test('what fails, and what the filter leaves out, is not delivered', async () => {
  const cloud = await start();
  await createNic(cloud, 'nic');
  await cloud.idle();
  await drain(cloud);
  const { published } = cloud.events.counts();
  cloud.controls.failNext({
    action: 'Microsoft.Network/networkInterfaces/tapConfigurations/write',
    phase: 'operation',
    code: 'X',
    message: 'no',
  });
  await expect(attach(cloud, 'nic', 'x')).rejects.toThrow();
  await request(cloud, 'PUT', networkPath(cloud, 'virtualNetworks/other'), { location: 'eastus' });
  await cloud.idle();
  expect(cloud.events.counts().published).toBe(published + 2);
  expect(await drain(cloud)).toEqual([]);
});

test('an event can get lost or arrive twice', async () => {
  const cloud = await start();
  cloud.events.befall('lost');
  await createNic(cloud, 'a');
  await cloud.idle();
  expect(await drain(cloud)).toEqual([]);
  cloud.events.befall('twice');
  await createNic(cloud, 'b');
  await cloud.idle();
  expect(operations(await drain(cloud))).toEqual(Array(2).fill('Microsoft.Network/networkInterfaces/write'));
});

test('a deployment has an event of its own, with the same correlation id, that the filter leaves out', async () => {
  for (const eventFilter of [undefined, {}]) {
    const cloud = await start({ deployments: 'told', ...(eventFilter === undefined ? {} : { eventFilter }) });
    await createNic(cloud, 'nic');
    await cloud.idle();
    const events = await drain(cloud);
    const write = 'Microsoft.Network/networkInterfaces/write';
    const expected = eventFilter === undefined ? [write] : [write, 'Microsoft.Resources/deployments/write'];
    expect(operations(events)).toEqual(expected);
    expect(new Set(events.map(({ data }) => data.correlationId)).size).toBe(1);
    await cloud.stop();
  }
});

test('actions and deletions tell of themselves, actions with and without their name in the subject', async () => {
  for (const actionSubject of ['resource', 'action'] as const) {
    const cloud = await start({ actionSubject });
    await createMachine(cloud, 'vm');
    await cloud.idle();
    await drain(cloud);
    const { compute } = clientsOf(cloud);
    for (const act of ['restart', 'powerOff', 'start', 'deallocate'] as const)
      await compute.virtualMachines[act](GROUP, 'vm', QUICK);
    await compute.virtualMachines.delete(GROUP, 'vm', QUICK);
    await cloud.idle();
    const suffix = (action: string): string => (actionSubject === 'action' ? `/${action}` : '');
    const vm = machinePath(cloud, 'vm');
    const seen = (await drain(cloud)).map(({ subject, data }) => `${data.operationName} ${subject}`);
    expect(seen.sort()).toEqual([
      `Microsoft.Compute/virtualMachines/deallocate/action ${vm}${suffix('deallocate')}`,
      `Microsoft.Compute/virtualMachines/delete ${vm}`,
      `Microsoft.Compute/virtualMachines/powerOff/action ${vm}${suffix('powerOff')}`,
      `Microsoft.Compute/virtualMachines/start/action ${vm}${suffix('start')}`,
    ]);
    await cloud.stop();
  }
});

test('what is canceled says so, and names can be in another casing', async () => {
  const cloud = await start({ eventFilter: {}, eventAuthorization: 'pascal' });
  await createNic(cloud, 'nic');
  await cloud.idle();
  await drain(cloud);
  const action = 'Microsoft.Network/networkInterfaces/tapConfigurations/write';
  cloud.controls.failNext({ action, phase: 'operation', code: 'Canceled', message: 'no', ends: 'Canceled' });
  await expect(attach(cloud, 'nic', 'x')).rejects.toThrow();
  await cloud.idle();
  const [event] = await drain(cloud);
  expect(event).toMatchObject({
    type: 'Microsoft.Resources.ResourceWriteCancel',
    data: { status: 'Canceled', authorization: { Action: action } },
  });
});

test('events are lost, doubled and delayed by shares, and counted', async () => {
  const cloud = await start();
  const random = seededRandom(7);
  const counts = cloud.events.disturb({
    random,
    droppedShare: 0.3,
    duplicatedShare: 0.3,
    delayedShare: 0.5,
    longestDelayMs: 20,
  });
  const before = cloud.events.counts().delivered;
  for (let left = 40; left > 0; left -= 1) await createNic(cloud, `nic-${left}`);
  await cloud.idle();
  const events = await drain(cloud);
  expect(counts.dropped).toBeGreaterThan(0);
  expect(counts.duplicated).toBeGreaterThan(0);
  expect(counts.delayed).toBeGreaterThan(0);
  expect(events).toHaveLength(40 - counts.dropped + counts.duplicated);
  expect(cloud.events.counts().delivered - before).toBe(events.length);
  const order = events.map(({ subject }) => Number(subject.split('-').at(-1)));
  expect(order).not.toEqual(order.toSorted((a, b) => b - a));
  cloud.events.disturb(null);
  await createNic(cloud, 'calm');
  await cloud.idle();
  expect(await drain(cloud)).toHaveLength(1);
});
