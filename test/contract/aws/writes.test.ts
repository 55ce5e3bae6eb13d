import {
  DeleteTrafficMirrorSessionCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  parseAttachmentId,
  parseDestinationName,
  parseFilterId,
  parseRuleName,
  parseSourceId,
  parseTargetId,
} from '../../../shared/ids.ts';
import type { Attach, Change, Detach, Modify, Retarget } from '../../../shared/plan/change.ts';
import type { Outcome } from '../../../shared/ports.ts';
import type { Owner, Settings } from '../../../shared/words.ts';
import {
  createFilter,
  createInterface,
  createSession,
  createTarget,
  launch,
  machines,
  startAccount,
  type Account,
  type Launched,
} from './account.ts';

const OWNER = 'soc' as Owner;

let account: Account;
let machine: Launched;
let settings: Settings;
beforeEach(async () => {
  account = await startAccount();
  [machine] = await launch(account, 1);
  settings = {
    target: parseTargetId(await createTarget(account, null)),
    filter: parseFilterId(await createFilter(account)),
    number: 100,
    packetLength: null,
    virtualNetworkId: null,
  };
  account.local.resetCalls();
});
afterEach(() => account.stop());

const wished = { destination: parseDestinationName('sensor'), rules: [parseRuleName('tagged')] };
const attaching = (to: Settings, source = machine.source): Attach => ({
  kind: 'attach',
  source,
  machine: machine.machine,
  ...wished,
  to,
});
const detaching = (attachment: string): Detach => ({
  kind: 'detach',
  source: machine.source,
  machine: machine.machine,
  attachment: parseAttachmentId(attachment),
  from: settings,
  because: 'unwished',
});

const apply = (change: Change): Promise<Outcome> => account.mirror.apply(account.scope, change, OWNER, 'event', null);

/** Attaches, and gives the id of what was made and its settings as they are read. */
async function attached(to: Settings): Promise<{ attachment: ReturnType<typeof parseAttachmentId>; from: Settings }> {
  const outcome = await apply(attaching(to));
  if (outcome.kind !== 'done') throw new Error(`attaching came to ${outcome.kind}`);
  const world = await account.mirror.read(account.scope, { kind: 'everything' });
  const found = world.attachments.find(({ id }) => id === outcome.attachment);
  if (found === undefined) throw new Error('what was attached is not there');
  account.local.resetCalls();
  return { attachment: found.id, from: found.settings };
}

const changing = (
  kind: 'modify' | 'retarget',
  { attachment, from }: { attachment: Modify['attachment']; from: Settings },
  to: Settings,
): Modify | Retarget => ({ kind, source: machine.source, machine: machine.machine, ...wished, attachment, from, to });

const sessions = () => account.local.state.in().sessions;

describe('attaching', () => {
  test('makes one session by one call, with the mark and the settings', async () => {
    const outcome = await apply(attaching({ ...settings, packetLength: 1500, virtualNetworkId: 4242 }));
    expect(outcome.kind).toBe('done');
    expect(account.local.calls).toEqual({ CreateTrafficMirrorSession: 1 });
    expect(sessions()).toMatchObject([
      {
        id: outcome.kind === 'done' ? outcome.attachment : '',
        interfaceId: machine.source,
        targetId: settings.target,
        filterId: settings.filter,
        number: 100,
        packetLength: 1500,
        virtualNetworkId: 4242,
        tags: { 'tapkeeper:owner': OWNER, 'tapkeeper:mark': 'v1' },
      },
    ]);
    const world = await account.mirror.read(account.scope, { kind: 'everything' });
    expect(world.attachments[0]?.mark).toEqual({ owner: OWNER, version: 'v1' });
  });

  test('again after somebody deleted it makes it again', async () => {
    const { attachment } = await attached(settings);
    await account.person.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: attachment }));
    expect((await apply(attaching(settings))).kind).toBe('done');
    expect(sessions()).toHaveLength(1);
  });

  test('on a number that is taken, or beside three others, is a conflict', async () => {
    await createSession(account, machine.source, settings.target, settings.filter ?? '', 100);
    expect((await apply(attaching(settings))).kind).toBe('conflict');
    await createSession(account, machine.source, settings.target, settings.filter ?? '', 1);
    await createSession(account, machine.source, settings.target, settings.filter ?? '', 2);
    expect((await apply(attaching({ ...settings, number: 3 }))).kind).toBe('conflict');
    expect(sessions()).toHaveLength(3);
  });

  test('to an interface that takes no source more is to be planned again, for another target', async () => {
    const [sensor] = await launch(account, 1);
    const target = await createTarget(account, sensor.source);
    for (const { source } of await launch(account, 10)) {
      await createSession(account, source, target, settings.filter ?? '', 1);
    }
    const outcome = await apply(attaching({ ...settings, target: parseTargetId(target) }));
    expect(outcome).toMatchObject({
      kind: 'conflict',
      detail: expect.stringMatching(/SourcesPerTarget.*; add a sensor to the pool/) as string,
    });
  });

  test('to an interface of an instance that does not run is held', async () => {
    const [sensor] = await launch(account, 1);
    const target = parseTargetId(await createTarget(account, sensor.source));
    await account.person.send(new StopInstancesCommand({ InstanceIds: [sensor.machine] }));
    await account.local.idle();
    expect(await apply(attaching({ ...settings, target }))).toMatchObject({
      kind: 'held',
      hold: { code: 'destination-unhealthy' },
    });
  });

  test.each<[string, string, (to: Settings) => Attach]>([
    ['a target', 'destination-missing', (to) => attaching({ ...to, target: parseTargetId('tmt-0123456789abcdef0') })],
    ['a filter', 'no-filter-here', (to) => attaching({ ...to, filter: parseFilterId('tmf-0123456789abcdef0') })],
  ])('with %s that is not there is held', async (_, code, change) => {
    expect(await apply(change(settings))).toMatchObject({ kind: 'held', hold: { code } });
  });

  test('to an interface that became a target since it was read is a conflict, and the next read knows', async () => {
    await account.mirror.read(account.scope, machines([machine]));
    await createTarget(account, machine.source);
    account.pass(5_000);
    const before = await account.mirror.read(account.scope, machines([machine]));
    expect(before.sources[0]?.unfit).toBeNull();
    expect((await apply(attaching(settings))).kind).toBe('conflict');
    const after = await account.mirror.read(account.scope, machines([machine]));
    expect(after.sources[0]?.unfit).toMatch(/it is a traffic mirror target/);
  });

  test('to a free interface and an old machine is held: each is unfit', async () => {
    const [old] = await launch(account, 1, { InstanceType: 't2.micro' });
    for (const source of [await createInterface(account), old.source]) {
      expect(await apply(attaching(settings, source))).toMatchObject({ kind: 'held', hold: { code: 'unfit', source } });
    }
  });

  test('to an interface that is not seen is a conflict: it may have vanished, or be too new', async () => {
    await account.person.send(new TerminateInstancesCommand({ InstanceIds: [machine.machine] }));
    await account.local.idle();
    expect((await apply(attaching(settings))).kind).toBe('conflict');
    expect((await apply(attaching(settings, parseSourceId('eni-0123456789abcdef0')))).kind).toBe('conflict');
  });
});

describe('changing in place', () => {
  test('sets what differs, by one call, and leaves the session the same', async () => {
    const made = await attached({ ...settings, packetLength: 1500, virtualNetworkId: 4242 });
    const filter = parseFilterId(await createFilter(account));
    account.local.resetCalls();
    const to = { ...made.from, number: 7, filter, packetLength: 900, virtualNetworkId: 5 };
    expect(await apply(changing('modify', made, to))).toMatchObject({ kind: 'done', attachment: made.attachment });
    expect(account.local.calls).toEqual({ ModifyTrafficMirrorSession: 1 });
    const [session, ...others] = sessions();
    expect(others).toEqual([]);
    expect(session).toMatchObject({
      id: made.attachment,
      number: 7,
      filterId: filter,
      packetLength: 900,
      virtualNetworkId: 5,
    });
  });

  test('removes a packet length and a network identifier that are wished no longer', async () => {
    const [sensor] = await launch(account, 1);
    const target = parseTargetId(await createTarget(account, sensor.source));
    const made = await attached({ ...settings, target, packetLength: 1500, virtualNetworkId: 4242 });
    await apply(changing('modify', made, { ...made.from, packetLength: null, virtualNetworkId: null }));
    expect(sessions()[0]?.packetLength).toBeNull();
    expect(sessions()[0]?.virtualNetworkId).not.toBe(4242);
  });

  test('moves to another target', async () => {
    const made = await attached(settings);
    const target = parseTargetId(await createTarget(account, null));
    expect((await apply(changing('retarget', made, { ...made.from, target }))).kind).toBe('done');
    expect(sessions()).toMatchObject([{ id: made.attachment, targetId: target, number: 100 }]);
  });

  test('to a number that is taken is a conflict, to one that there is not a refusal', async () => {
    const made = await attached(settings);
    await createSession(account, machine.source, settings.target, settings.filter ?? '', 7);
    expect((await apply(changing('modify', made, { ...made.from, number: 7 }))).kind).toBe('conflict');
    expect(await apply(changing('modify', made, { ...made.from, packetLength: 9000 }))).toMatchObject({
      kind: 'held',
      hold: { code: 'modify-refused', keeps: made.attachment },
    });
    expect(sessions().find(({ id }) => id === made.attachment)).toMatchObject({ number: 100, packetLength: 8500 });
  });

  test('of what was deleted has nothing left to do', async () => {
    const made = await attached(settings);
    await account.person.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: made.attachment }));
    expect((await apply(changing('modify', made, { ...made.from, number: 7 }))).kind).toBe('conflict');
  });
});

describe('detaching', () => {
  test('deletes by one call; what is not there has nothing left to do', async () => {
    const { attachment } = await attached(settings);
    expect(await apply(detaching(attachment))).toMatchObject({ kind: 'done', attachment });
    expect(account.local.calls).toEqual({ DeleteTrafficMirrorSession: 1 });
    expect(sessions()).toEqual([]);
    expect((await apply(detaching(attachment))).kind).toBe('gone');
  });
});

test.each([
  ['CreateTrafficMirrorSession', () => attaching(settings)],
  [
    'ModifyTrafficMirrorSession',
    () => changing('modify', { attachment: parseAttachmentId('tms-0a'), from: settings }, { ...settings, number: 7 }),
  ],
  ['DeleteTrafficMirrorSession', () => detaching('tms-0a')],
])('%s that is denied fails and names the permission', async (action, change) => {
  account.local.deny(action);
  const outcome = await apply(change());
  expect(outcome).toMatchObject({ kind: 'failed', code: 'denied' });
  expect(outcome.kind === 'failed' && outcome.detail).toContain(`ec2:${action}`);
  expect(outcome.kind === 'failed' && outcome.detail).not.toMatch(/[Ee]ncoded/);
});

/** Each as EC2 sends it and as the real client names it. */
test.each([
  ['CreateTrafficMirrorSession', 'TrafficMirrorSessionLimitExceeded', 400, { kind: 'failed', code: 'quota' }],
  ['CreateTrafficMirrorSession', 'IdempotentParameterMismatch', 400, { kind: 'conflict' }],
  ['CreateTrafficMirrorSession', 'InvalidNetworkInterfaceID.NotFound', 400, { kind: 'conflict' }],
  ['CreateTrafficMirrorSession', 'NetworkInterfaceNotSupported', 400, { kind: 'held', hold: { code: 'unfit' } }],
  [
    'CreateTrafficMirrorSession',
    'InvalidTrafficMirrorTargetNoFound',
    400,
    { kind: 'held', hold: { code: 'destination-missing' } },
  ],
  ['CreateTrafficMirrorSession', 'TrafficMirrorSourcesPerTargetLimitExceeded', 400, { kind: 'conflict' }],
  ['CreateTrafficMirrorSession', 'RequestLimitExceeded', 503, { kind: 'failed', code: 'throttled' }],
  ['CreateTrafficMirrorSession', 'InternalError', 500, { kind: 'failed', code: 'unreachable' }],
  [
    'ModifyTrafficMirrorSession',
    'TrafficMirrorSourcesPerTargetLimitExceeded',
    400,
    { kind: 'held', hold: { code: 'destination-full', keeps: 'tms-0a' } },
  ],
  [
    'ModifyTrafficMirrorSession',
    'OperationNotPermitted',
    400,
    { kind: 'held', hold: { code: 'modify-refused', keeps: 'tms-0a' } },
  ],
  ['ModifyTrafficMirrorSession', 'InvalidTrafficMirrorSessionNotFound', 400, { kind: 'conflict' }],
  ['DeleteTrafficMirrorSession', 'InvalidTrafficMirrorSessionNotFound', 400, { kind: 'gone' }],
  ['DeleteTrafficMirrorSession', 'IncorrectState', 400, { kind: 'failed', code: 'unexpected' }],
])('%s that meets %s', async (action, code, status, expected) => {
  account.local.fail(action, { code, status, message: 'as AWS says it' });
  const changes: Readonly<Record<string, Change>> = {
    CreateTrafficMirrorSession: attaching(settings),
    ModifyTrafficMirrorSession: changing(
      'retarget',
      { attachment: parseAttachmentId('tms-0a'), from: { ...settings, target: parseTargetId('tmt-0b') } },
      settings,
    ),
    DeleteTrafficMirrorSession: detaching('tms-0a'),
  };
  const change = changes[action];
  if (change === undefined) throw new Error(`no change calls ${action}`);
  const outcome = await apply(change);
  expect(outcome).toMatchObject(expected);
  const detail = outcome.kind === 'held' ? outcome.hold.detail : 'detail' in outcome ? outcome.detail : '';
  expect(detail).toContain(`${code}: as AWS says it`);
  expect(sessions()).toEqual([]);
});
