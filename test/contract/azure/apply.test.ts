import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NOT_ON_FASTPATH } from '../../../local/azure/arm/controls.ts';
import { type AzureCloud, type AzureOptions, startAzureCloud } from '../../../local/azure/start.ts';
import {
  parseAttachmentId,
  parseDestinationName,
  parseRuleName,
  parseSourceId,
  parseTargetId,
} from '../../../shared/ids.ts';
import type { Attach, Change, Detach, Modify, Retarget } from '../../../shared/plan/change.ts';
import type { MirrorCloud, Outcome } from '../../../shared/ports.ts';
import type { Settings } from '../../../shared/words.ts';
import {
  attach as attachByHand,
  createMachine,
  clientsOf,
  createNic,
  GROUP,
  groupPath,
  layGround,
  LOCATION,
  machinePath,
  networkPath,
  QUICK,
} from '../../local/azure/fleet.ts';
import { composeOver, frontendEntry, OWNER, scopeOf, tapEntry } from './composed.ts';

const WRITE = 'Microsoft.Network/networkInterfaces/tapConfigurations/write';
const DELETE = 'Microsoft.Network/networkInterfaces/tapConfigurations/delete';
const NAME = 'tapkeeper-v1-soc';

let cloud: AzureCloud;

async function start(options: AzureOptions = {}): Promise<void> {
  cloud = await startAzureCloud({ operationMs: 2, settleMs: 2, ...options });
  await layGround(cloud);
  await createNic(cloud, 'nic');
}
beforeEach(() => start());
afterEach(() => cloud.stop());

const settings = (tap: string): Settings => ({
  target: parseTargetId(networkPath(cloud, `virtualNetworkTaps/${tap}`)),
  filter: null,
  number: null,
  packetLength: null,
  virtualNetworkId: null,
});
const source = (nic = 'nic') => parseSourceId(networkPath(cloud, `networkInterfaces/${nic}`));
const idOf = (name: string) => parseAttachmentId(`${source()}/tapConfigurations/${name}`);
const wished = { destination: parseDestinationName('sensor'), rules: [parseRuleName('rule')] };

const attach = (tap = 'tap', nic = 'nic'): Attach => ({
  kind: 'attach',
  source: source(nic),
  machine: null,
  to: settings(tap),
  ...wished,
});
const detach = (name = NAME): Detach => ({
  kind: 'detach',
  source: source(),
  machine: null,
  attachment: idOf(name),
  from: settings('tap'),
  because: 'unwished',
});
const retarget = (tap: string): Retarget => ({
  kind: 'retarget',
  source: source(),
  machine: null,
  attachment: idOf(NAME),
  from: settings('tap'),
  to: settings(tap),
  ...wished,
});

/** A process; each has what it remembers to itself. */
const newProcess = (): MirrorCloud => composeOver(cloud, [tapEntry(cloud)]).cloud;
const applyIn = (process: MirrorCloud, change: Change): Promise<Outcome> =>
  process.apply(scopeOf(cloud), change, OWNER, 'event', null);
const apply = (change: Change): Promise<Outcome> => applyIn(newProcess(), change);
const detailOf = (outcome: Outcome): string => {
  if (outcome.kind === 'held') return outcome.hold.detail;
  return outcome.kind === 'done' ? '' : outcome.detail;
};
/** What points where it should, and is written again because it does not mirror. */
const modify = (): Modify => ({ ...retarget('tap'), kind: 'modify' });

const standing = () =>
  cloud.state.tapConfigurations.map(({ name, tap, provisioningState }) => [
    name,
    tap.split('/').at(-1),
    provisioningState,
  ]);

const createSecondTap = () =>
  clientsOf(cloud).network.virtualNetworkTaps.createOrUpdate(
    GROUP,
    'tap2',
    { location: LOCATION, destinationLoadBalancerFrontEndIPConfiguration: { id: frontendEntry(cloud).id } },
    QUICK,
  );

describe('what succeeds', () => {
  test('an attach bears our mark, and is one write', async () => {
    cloud.calls.reset();
    expect(await apply(attach())).toMatchObject({ kind: 'done', attachment: idOf(NAME) });
    expect(standing()).toEqual([[NAME, 'tap', 'Succeeded']]);
    expect([cloud.calls.writes(), cloud.calls.reads()]).toEqual([1, 0]);
  });

  test('a retarget is one write of the same name', async () => {
    await createSecondTap();
    await apply(attach());
    cloud.calls.reset();
    expect(await apply(retarget('tap2'))).toMatchObject({ kind: 'done', attachment: idOf(NAME) });
    expect(standing()).toEqual([[NAME, 'tap2', 'Succeeded']]);
    expect(cloud.calls.writes()).toBe(1);
  });

  test('a detach waits until the operation is over', async () => {
    await apply(attach());
    expect(await apply(detach())).toMatchObject({ kind: 'done' });
    expect(standing()).toEqual([]);
  });

  test('an attach of what is already there is done, though its operation is over when it is answered', async () => {
    await apply(attach());
    expect(await apply(attach())).toMatchObject({ kind: 'done' });
  });

  test('Retry-After is honoured', async () => {
    await cloud.stop();
    await start({ retryAfterSeconds: 0 });
    expect(await apply(attach())).toMatchObject({ kind: 'done' });
  });
});

describe('what is not there', () => {
  test('a detach of what is gone is gone', async () => {
    expect(await apply(detach())).toMatchObject({ kind: 'gone' });
  });

  test('an interface that vanished is gone, for both kinds of 404', async () => {
    await clientsOf(cloud).network.networkInterfaces.delete(GROUP, 'nic', QUICK);
    expect(await apply(attach())).toMatchObject({ kind: 'gone' });
    expect(await apply(detach())).toMatchObject({ kind: 'gone' });
  });

  test('a VTAP that is missing is a hold that names it', async () => {
    expect(await apply(attach('nowhere'))).toMatchObject({
      kind: 'held',
      hold: { code: 'destination-missing', detail: expect.stringContaining('nowhere') as string },
    });
    expect(standing()).toEqual([]);
  });
});

describe('what is refused', () => {
  test.each(['request', 'operation'] as const)(
    'a machine that was not restarted is held, from the %s',
    async (phase) => {
      cloud.controls.failNext({ action: WRITE, phase, ...NOT_ON_FASTPATH });
      expect(await apply(attach())).toMatchObject({ kind: 'held', hold: { code: 'needs-restart', keeps: null } });
    },
  );

  test('an operation that fails keeps its code and its details', async () => {
    const details = [{ code: 'InnerCode', message: 'inner words' }];
    cloud.controls.failNext({ action: WRITE, phase: 'operation', code: 'OuterCode', message: 'outer words', details });
    const outcome = await apply(attach());
    expect(outcome).toMatchObject({ kind: 'held', hold: { code: 'operation-failed', keeps: null } });
    for (const part of ['OuterCode', 'InnerCode', 'outer words', 'inner words']) {
      expect(JSON.stringify(outcome)).toContain(part);
    }
  });

  test.each([
    ['PreconditionFailed', 412, 'conflict', null],
    ['RegionNotEnabledForFeature', 400, 'failed', 'unsupported'],
    ['SubscriptionNotRegisteredForFeature', 403, 'failed', 'unsupported'],
    ['ScopeLocked', 409, 'failed', 'denied'],
    ['RequestDisallowedByPolicy', 403, 'failed', 'denied'],
    ['InternalServerError', 500, 'done', null],
  ] as const)('%s', async (code, status, kind, fault) => {
    cloud.controls.failNext({ action: WRITE, phase: 'request', code, status, message: 'words' });
    const outcome = await apply(attach());
    expect(outcome).toMatchObject(
      fault === null ? { kind } : { kind, code: fault, detail: expect.stringContaining(code) as string },
    );
  });

  test('a permission that is missing is named with its resource, and nobody is', async () => {
    cloud.controls.deny(WRITE);
    const outcome = await apply(attach());
    expect(outcome).toMatchObject({ kind: 'failed', code: 'denied' });
    expect(JSON.stringify(outcome)).toContain(`needs ${WRITE}`);
    expect(JSON.stringify(outcome)).toContain(idOf(NAME));
  });

  test('a VTAP that may not be joined says so', async () => {
    cloud.controls.deny('Microsoft.Network/virtualNetworkTaps/join/action');
    expect(await apply(attach())).toMatchObject({
      code: 'denied',
      detail: expect.stringContaining('join/action') as string,
    });
  });

  test('a retarget that is refused leaves what is there', async () => {
    await apply(attach());
    cloud.controls.failNext({ action: WRITE, phase: 'request', code: 'InvalidRequestFormat', message: 'no' });
    expect(await apply(retarget('tap2'))).toMatchObject({ hold: { code: 'modify-refused', keeps: idOf(NAME) } });
    expect(standing()).toEqual([[NAME, 'tap', 'Succeeded']]);
  });

  test("others' is never deleted, whatever is asked", async () => {
    await attachByHand(cloud, 'nic', 'by-hand');
    expect(await apply(detach('by-hand'))).toMatchObject({ kind: 'failed', code: 'unexpected' });
    expect(standing()).toEqual([['by-hand', 'tap', 'Succeeded']]);
  });
});

describe('what passes by itself', () => {
  test.each([
    ['AnotherOperationInProgress', 409],
    ['RetryableErrorDueToAnotherOperation', 429],
    ['ReferencedResourceNotProvisioned', 429],
  ])('%s', async (code, status) => {
    cloud.controls.failNext({ action: WRITE, phase: 'request', code, status, message: 'locked' });
    cloud.calls.reset();
    expect(await apply(attach())).toMatchObject({ kind: 'done' });
    expect(cloud.calls.writes()).toBe(2);
  });

  test.each([
    ['an attach', WRITE],
    ['a detach', DELETE],
  ])('a lock that stays on %s is a conflict that the queue brings back', async (_, action) => {
    cloud.controls.failNext({
      action,
      phase: 'request',
      code: 'RetryableError',
      status: 429,
      message: 'locked',
      times: 10,
    });
    if (action === DELETE) await attachByHand(cloud, 'nic', NAME);
    cloud.calls.reset();
    expect(await apply(action === WRITE ? attach() : detach())).toMatchObject({ kind: 'failed', code: 'conflict' });
    expect(cloud.calls.writes()).toBe(4);
  });

  test('nobody who answers is a fault, after four attempts', async () => {
    cloud.controls.befallNext(WRITE, { kind: 'unheard' }, 4);
    expect(await apply(attach())).toMatchObject({ kind: 'failed', code: 'unreachable' });
    expect(await apply(attach())).toMatchObject({ kind: 'done' });
  });

  test('a quota that refills soon is waited for, one that does not is left to the queue', async () => {
    const exhausted = {
      action: WRITE,
      phase: 'request',
      code: 'TooManyRequests',
      status: 429,
      message: 'slow',
    } as const;
    cloud.controls.failNext({ ...exhausted, headers: { 'retry-after': '2' } });
    expect(await apply(attach())).toMatchObject({ kind: 'done' });
    cloud.controls.failNext({ ...exhausted, headers: { 'retry-after': '300' } });
    cloud.calls.reset();
    expect(await apply(attach())).toMatchObject({ kind: 'failed', code: 'throttled' });
    expect(cloud.calls.writes()).toBe(1);
  });
});

describe('what is right is not written', () => {
  test('a second message about what this process has just attached', async () => {
    const process = newProcess();
    await applyIn(process, attach());
    cloud.calls.reset();
    expect(await applyIn(process, attach())).toMatchObject({ kind: 'done', attachment: idOf(NAME) });
    expect(cloud.calls.writes()).toBe(0);
  });

  test('what was detached since is attached again', async () => {
    const process = newProcess();
    await applyIn(process, attach());
    await applyIn(newProcess(), detach());
    expect(await applyIn(process, attach())).toMatchObject({ kind: 'done' });
    expect(standing()).toEqual([[NAME, 'tap', 'Succeeded']]);
  });

  test('a second message that would move back what was just moved', async () => {
    await createSecondTap();
    await apply(attach());
    const process = newProcess();
    await applyIn(process, retarget('tap2'));
    cloud.calls.reset();
    expect(await applyIn(process, retarget('tap2'))).toMatchObject({ kind: 'done' });
    expect(cloud.calls.writes()).toBe(0);
  });

  test('what is ready and listed by its VTAP', async () => {
    await apply(attach());
    cloud.calls.reset();
    expect(await apply(modify())).toMatchObject({ kind: 'done' });
    expect(cloud.calls.writes()).toBe(0);
  });

  test('but what its VTAP does not list is', async () => {
    await apply(attach());
    cloud.unlist(idOf(NAME));
    cloud.calls.reset();
    expect(await apply(modify())).toMatchObject({ kind: 'done' });
    expect(cloud.calls.writes()).toBe(1);
    cloud.calls.reset();
    expect(await apply(modify())).toMatchObject({ kind: 'done' });
    expect(cloud.calls.writes()).toBe(0);
  });

  test('and what is failed', async () => {
    cloud.controls.failNext({ action: WRITE, phase: 'operation', code: 'Anything', message: 'half-way' });
    expect(await apply(attach())).toMatchObject({ kind: 'held', hold: { code: 'operation-failed' } });
    expect(standing()).toEqual([[NAME, 'tap', 'Failed']]);
    expect(await apply(modify())).toMatchObject({ kind: 'done' });
    expect(standing()).toEqual([[NAME, 'tap', 'Succeeded']]);
  });

  test('what is gone or points elsewhere is looked at again', async () => {
    expect(await apply(modify())).toMatchObject({ kind: 'conflict' });
    await createSecondTap();
    await apply(attach('tap2'));
    cloud.calls.reset();
    expect(await apply(modify())).toMatchObject({ kind: 'conflict' });
    expect(cloud.calls.writes()).toBe(0);
  });

  test.each(['AnotherOperationInProgress', 'RetryableErrorDueToAnotherOperation'] as const)(
    'two processes at the same time interrupt a machine once, told of %s',
    async (busyCode) => {
      await cloud.stop();
      await start({ busyCode });
      await createMachine(cloud, 'vm');
      const change = attach('tap', 'vm-nic');
      const outcomes = await Promise.all([applyIn(newProcess(), change), applyIn(newProcess(), change)]);
      expect(outcomes.map(({ kind }) => kind)).toEqual(['done', 'done']);
      expect(cloud.interruptions.of(machinePath(cloud, 'vm'))).toBe(1);
    },
  );

  test.each(['unanswered', 'cut-off', 'not-json'] as const)(
    'what was carried out although its answer is %s',
    async (kind) => {
      cloud.controls.befallNext(WRITE, { kind });
      cloud.calls.reset();
      expect(await apply(attach())).toMatchObject({ kind: 'done' });
      expect(cloud.calls.writes()).toBe(1);
    },
  );

  test('what was never heard is sent again', async () => {
    cloud.controls.befallNext(WRITE, { kind: 'unheard' });
    expect(await apply(attach())).toMatchObject({ kind: 'done' });
    expect(standing()).toEqual([[NAME, 'tap', 'Succeeded']]);
  });

  test('a retarget that somebody has made is done, one that somebody has moved elsewhere is looked at again', async () => {
    await createSecondTap();
    await apply(attach('tap2'));
    const locked = { action: WRITE, phase: 'request', code: 'RetryableError', status: 429, message: 'locked' } as const;
    cloud.controls.failNext(locked);
    cloud.calls.reset();
    expect(await apply(retarget('tap2'))).toMatchObject({ kind: 'done' });
    expect(cloud.calls.writes()).toBe(1);
    cloud.controls.failNext(locked);
    expect(await apply({ ...retarget('tap'), from: settings('nowhere') })).toMatchObject({ kind: 'conflict' });
    expect(standing()).toEqual([[NAME, 'tap2', 'Succeeded']]);
  });
});

describe('operations that are hard to follow', () => {
  test.each([WRITE, DELETE])('one of %s that is lost is told by the resource', async (action) => {
    if (action === DELETE) await apply(attach());
    cloud.controls.loseNext(action);
    expect(await apply(action === WRITE ? attach() : detach())).toMatchObject({ kind: 'done' });
  });

  test('one that nobody may ask about is told by the resource', async () => {
    cloud.controls.deny('Microsoft.Network/locations/operations/read');
    expect(await apply(attach())).toMatchObject({ kind: 'done' });
  });

  test.each(['unheard', 'cut-off', 'not-json'] as const)('answers about one that are %s', async (kind) => {
    cloud.controls.befallNext('operations/read', { kind }, 6);
    expect(await apply(attach())).toMatchObject({ kind: 'done' });
  });

  test.each(['Failed', 'Canceled'] as const)('one that ends %s keeps its code and its details', async (ends) => {
    const details = [{ code: 'InvalidResourceReference', message: 'tap is gone' }];
    cloud.controls.failNext({ action: WRITE, phase: 'operation', code: 'Outer', message: 'outer', details, ends });
    const outcome = await apply(attach());
    expect(outcome).toMatchObject({ kind: 'held', hold: { code: 'operation-failed' } });
    expect(detailOf(outcome)).toContain('Outer InvalidResourceReference');
  });

  test.each([
    ['Canceled', 'Canceled'],
    ['OperationPreempted', 'Canceled'],
    ['NotFound', 'Failed'],
    ['RegionNotEnabledForFeature', 'Failed'],
    ['LinkedAuthorizationFailed', 'Failed'],
    ['VirtualNetworkTapSourceLimitReached', 'Failed'],
    ['InternalServerError', 'Failed'],
  ] as const)('one that fails with %s is withheld, whatever it does', async (code, ends) => {
    const failing = { phase: 'operation', code, message: 'half-way', ends, leaves: 'as-it-was' } as const;
    cloud.controls.failNext({ action: WRITE, ...failing });
    expect(await apply(attach())).toMatchObject({ kind: 'held', hold: { code: 'operation-failed', keeps: null } });
    await apply(attach());
    await createSecondTap();
    cloud.controls.failNext({ action: WRITE, ...failing });
    const kept = { kind: 'held', hold: { code: 'operation-failed', keeps: idOf(NAME) } };
    expect(await apply(retarget('tap2'))).toMatchObject(kept);
    cloud.controls.failNext({ action: DELETE, ...failing });
    const outcome = await apply(detach());
    expect(outcome).toMatchObject(kept);
    expect(detailOf(outcome)).toContain(code);
  });

  test('one that was not answered and failed is not written again', async () => {
    cloud.controls.failNext({ action: WRITE, phase: 'operation', code: 'Anything', message: 'half-way' });
    cloud.controls.befallNext(WRITE, { kind: 'unanswered' });
    cloud.calls.reset();
    expect(await apply(attach())).toMatchObject({ kind: 'held', hold: { code: 'operation-failed' } });
    expect(cloud.calls.writes()).toBe(1);
  });

  test('a detach that fails half-way keeps what there is', async () => {
    await apply(attach());
    cloud.controls.failNext({ action: DELETE, phase: 'operation', code: 'Anything', message: 'half-way' });
    expect(await apply(detach())).toMatchObject({
      kind: 'held',
      hold: { code: 'operation-failed', keeps: idOf(NAME) },
    });
  });
});

describe('what is refused until a person changes something', () => {
  const nics = ['nic', 'nic-b', 'nic-c', 'nic-d', 'nic-e'];
  const attachAll = async (process: MirrorCloud): Promise<readonly Outcome[]> => {
    const outcomes: Outcome[] = [];
    for (const nic of nics) outcomes.push(await applyIn(process, attach('tap', nic)));
    return outcomes;
  };

  beforeEach(async () => {
    for (const nic of nics.slice(1)) await createNic(cloud, nic);
    cloud.calls.reset();
  });

  test.each([
    [
      'Microsoft.Network/AllowVirtualNetworkTap',
      'az feature register --namespace Microsoft.Network --name AllowVirtualNetworkTap --subscription',
    ],
    ['Microsoft.Network', 'az provider register --namespace Microsoft.Network --subscription'],
  ])('%s, which is not registered: one call, and the command', async (what, command) => {
    cloud.controls.unregister(cloud.subscription, what);
    const outcomes = await attachAll(newProcess());
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ kind: 'failed', code: 'unsupported' });
      expect(detailOf(outcome)).toContain(`${command} ${cloud.subscription}`);
    }
    expect(cloud.calls.writes()).toBe(1);
  });

  test('a region that is not enabled', async () => {
    cloud.controls.disableRegion(LOCATION);
    for (const outcome of await attachAll(newProcess()))
      expect(outcome).toMatchObject({ kind: 'failed', code: 'unsupported' });
    expect(cloud.calls.writes()).toBe(1);
  });

  test('a region that only the operation finds not to be enabled interrupts one machine, and no other is tried', async () => {
    const region = { code: 'RegionNotEnabledForFeature', message: 'not here', times: 5 };
    cloud.controls.failNext({ action: WRITE, phase: 'operation', ...region });
    const [first, ...others] = await attachAll(newProcess());
    expect(first).toMatchObject({ kind: 'held', hold: { code: 'operation-failed' } });
    for (const outcome of others) expect(outcome).toMatchObject({ kind: 'failed', code: 'unsupported' });
    expect(cloud.calls.writes()).toBe(1);
  });

  test('a VTAP that only the operation finds to be full is full for those that come after', async () => {
    const full = { code: 'VirtualNetworkTapSourceLimitReached', message: 'full', times: 5 };
    cloud.controls.failNext({ action: WRITE, phase: 'operation', ...full });
    const [first, ...others] = await attachAll(newProcess());
    expect(first).toMatchObject({ kind: 'held', hold: { code: 'operation-failed' } });
    for (const outcome of others) expect(outcome).toMatchObject({ kind: 'conflict' });
    expect(cloud.calls.writes()).toBe(1);
  });

  test('a message about a machine keeps what another was told', async () => {
    const process = newProcess();
    cloud.controls.disableRegion(LOCATION);
    await attachAll(process);
    cloud.calls.reset();
    const subject = { kind: 'source', id: source('nic-b') } as const;
    await process.read(scopeOf(cloud), { kind: 'subjects', subjects: [subject] });
    expect(await applyIn(process, attach('tap', 'nic-b'))).toMatchObject({ kind: 'failed', code: 'unsupported' });
    expect(cloud.calls.writes()).toBe(0);
  });

  test('the next run finds out what was changed', async () => {
    const process = newProcess();
    cloud.controls.disableRegion(LOCATION);
    await attachAll(process);
    cloud.controls.enableRegion(LOCATION);
    expect(await applyIn(process, attach())).toMatchObject({ kind: 'failed' });
    await process.read(scopeOf(cloud), { kind: 'everything' });
    expect(await applyIn(process, attach())).toMatchObject({ kind: 'done' });
  });

  test('a lock, with its scope: nothing under it is tried, everything beside it is', async () => {
    const locked = networkPath(cloud, 'networkInterfaces/nic');
    cloud.controls.lock(locked, 'ReadOnly');
    const outcomes = await attachAll(newProcess());
    expect(outcomes.map(({ kind }) => kind)).toEqual(['failed', 'done', 'done', 'done', 'done']);
    expect(outcomes[0]).toMatchObject({ code: 'denied' });
    expect(detailOf(outcomes[0] as Outcome)).toContain(`remove the lock on ${locked}`);
    cloud.controls.unlock(locked);
    cloud.controls.lock(groupPath(cloud), 'ReadOnly');
    cloud.calls.reset();
    for (const outcome of await attachAll(newProcess())) expect(outcome).toMatchObject({ code: 'denied' });
    expect(cloud.calls.writes()).toBe(1);
  });

  test('a lock against deletion lets attach and keeps what is there', async () => {
    cloud.controls.lock(groupPath(cloud), 'CanNotDelete');
    expect(await apply(attach())).toMatchObject({ kind: 'done' });
    expect(await apply(detach())).toMatchObject({ kind: 'failed', code: 'denied' });
    expect(standing()).toEqual([[NAME, 'tap', 'Succeeded']]);
  });

  test('a policy, with the name of its assignment', async () => {
    const policyAssignmentId = `${groupPath(cloud)}/providers/Microsoft.Authorization/policyAssignments/no-taps-here`;
    cloud.controls.forbid({ action: WRITE, scope: groupPath(cloud), policyAssignmentId });
    const outcomes = await attachAll(newProcess());
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ kind: 'failed', code: 'denied' });
      expect(detailOf(outcome)).toContain(`policy assignment no-taps-here (${policyAssignmentId})`);
    }
    expect(cloud.calls.writes()).toBe(3);
  });

  test('a role that is missing in a resource group', async () => {
    cloud.controls.deny(WRITE, groupPath(cloud));
    for (const outcome of await attachAll(newProcess())) expect(outcome).toMatchObject({ code: 'denied' });
    expect(cloud.calls.writes()).toBe(3);
  });

  test('a role that is missing on one interface does not stop the others', async () => {
    cloud.controls.deny(WRITE, source('nic-b'));
    const outcomes = await attachAll(newProcess());
    expect(outcomes.map(({ kind }) => kind)).toEqual(['done', 'failed', 'done', 'done', 'done']);
  });

  test('a VTAP that may not be joined: the permission, the VTAP and the identity, and no other VTAP', async () => {
    await createSecondTap();
    const tap = networkPath(cloud, 'virtualNetworkTaps/tap');
    cloud.controls.deny('Microsoft.Network/virtualNetworkTaps/join/action', tap);
    const process = newProcess();
    cloud.calls.reset();
    const outcomes = await attachAll(process);
    expect(detailOf(outcomes[4] as Outcome)).toContain(
      `grant Microsoft.Network/virtualNetworkTaps/join/action on ${tap.toLowerCase()}`,
    );
    expect(detailOf(outcomes[0] as Outcome)).toMatch(/to the identity with object id [0-9a-f-]{36}/);
    expect(cloud.calls.writes()).toBe(1);
    expect(await applyIn(process, attach('tap2'))).toMatchObject({ kind: 'done' });
  });

  test('a VTAP that is full is so for the next plan, until something leaves it', async () => {
    await cloud.stop();
    await start({ tapCapacity: 1 });
    await createNic(cloud, 'nic-b');
    const process = newProcess();
    const targetOf = async () => (await process.read(scopeOf(cloud), { kind: 'everything' })).targets[0];
    expect(await applyIn(process, attach())).toMatchObject({ kind: 'done' });
    expect(await targetOf()).toMatchObject({ capacity: 100, load: 1 });
    const outcome = await applyIn(process, attach('tap', 'nic-b'));
    expect(outcome).toMatchObject({ kind: 'conflict' });
    expect(detailOf(outcome)).toContain('VirtualNetworkTapSourceLimitReached');
    expect(await targetOf()).toMatchObject({ capacity: 1, load: 1 });
    await applyIn(process, detach());
    expect(await targetOf()).toMatchObject({ capacity: 100, load: 0 });
  });

  test('a disabled subscription', async () => {
    cloud.controls.setSubscriptionState(cloud.subscription, 'Disabled');
    for (const outcome of await attachAll(newProcess())) expect(outcome).toMatchObject({ code: 'denied' });
    expect(cloud.calls.writes()).toBe(1);
  });
});

test('a subscription of another tenant says so', async () => {
  await cloud.stop();
  const subscription = '22222222-2222-4222-8222-222222222222';
  cloud = await startAzureCloud({
    subscriptions: [subscription],
    tenants: { [subscription]: 'ffffffff-0000-4000-8000-000000000000' },
  });
  const outcome = await apply(attach());
  expect(outcome).toMatchObject({ kind: 'failed', code: 'denied' });
  expect(detailOf(outcome)).toContain(`subscription ${subscription} is of another tenant`);
});

describe('a retarget that Azure refuses in place', () => {
  const inPlace = {
    action: WRITE,
    phase: 'request',
    code: 'PropertyChangeNotAllowed',
    message: "Changing property 'virtualNetworkTap' is not allowed.",
  } as const;

  beforeEach(async () => {
    await createSecondTap();
    await apply(attach());
    cloud.controls.failNext(inPlace);
    cloud.calls.reset();
  });

  test('is a deletion and a creation', async () => {
    expect(await apply(retarget('tap2'))).toMatchObject({ kind: 'done', attachment: idOf(NAME) });
    expect(standing()).toEqual([[NAME, 'tap2', 'Succeeded']]);
    expect(cloud.calls.writes()).toBe(3);
  });

  test('and then to create says that nothing is mirrored any more', async () => {
    cloud.controls.failNext({ action: WRITE, phase: 'request', ...NOT_ON_FASTPATH });
    const outcome = await apply(retarget('tap2'));
    expect(outcome).toMatchObject({ kind: 'held', hold: { code: 'needs-restart', keeps: null } });
    expect(detailOf(outcome)).toMatch(
      /refuses to change .* in place .*PropertyChangeNotAllowed.*it was deleted; nothing of .*NicNotOnFastpath/,
    );
    expect(standing()).toEqual([]);
  });

  test('and then to create for another reason is a fault that says the same', async () => {
    cloud.controls.failNext({ action: WRITE, phase: 'request', code: 'NeverHeardOf', message: 'no' });
    const outcome = await apply(retarget('tap2'));
    expect(outcome).toMatchObject({ kind: 'failed', code: 'unsupported' });
    expect(detailOf(outcome)).toContain('it was deleted; nothing of');
  });

  test('and to delete leaves what is there', async () => {
    cloud.controls.lock(groupPath(cloud), 'CanNotDelete');
    const outcome = await apply(retarget('tap2'));
    expect(outcome).toMatchObject({ kind: 'failed', code: 'denied' });
    expect(detailOf(outcome)).toMatch(/refuses to change .* in place .*ScopeLocked/);
    expect(detailOf(outcome)).not.toContain('it was deleted');
    expect(standing()).toEqual([[NAME, 'tap', 'Succeeded']]);
  });
});
