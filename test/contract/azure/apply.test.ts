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
import type { Attach, Change, Detach, Retarget } from '../../../shared/plan/change.ts';
import type { Outcome } from '../../../shared/ports.ts';
import type { Settings } from '../../../shared/words.ts';
import {
  attach as attachByHand,
  clientsOf,
  createNic,
  GROUP,
  layGround,
  LOCATION,
  networkPath,
  QUICK,
} from '../../local/azure/fleet.ts';
import { composeOver, frontendEntry, OWNER, scopeOf } from './composed.ts';

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
const source = () => parseSourceId(networkPath(cloud, 'networkInterfaces/nic'));
const idOf = (name: string) => parseAttachmentId(`${source()}/tapConfigurations/${name}`);
const wished = { destination: parseDestinationName('sensor'), rules: [parseRuleName('rule')] };

const attach = (tap = 'tap'): Attach => ({
  kind: 'attach',
  source: source(),
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

const apply = (change: Change): Promise<Outcome> =>
  composeOver(cloud, []).cloud.apply(scopeOf(cloud), change, OWNER, 'event');
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
    ['Canceled', 'operation', 200, 'conflict', null],
    ['OperationPreempted', 'operation', 200, 'conflict', null],
    ['PreconditionFailed', 'request', 412, 'conflict', null],
    ['RegionNotEnabledForFeature', 'request', 400, 'failed', 'unsupported'],
    ['SubscriptionNotRegisteredForFeature', 'request', 403, 'failed', 'unsupported'],
    ['ScopeLocked', 'request', 409, 'failed', 'denied'],
    ['RequestDisallowedByPolicy', 'request', 403, 'failed', 'denied'],
    ['InternalServerError', 'request', 500, 'done', null],
  ] as const)('%s', async (code, phase, status, kind, fault) => {
    cloud.controls.failNext({ action: WRITE, phase, code, status, message: 'words' });
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

  test('a lock that stays is a conflict that the queue brings back', async () => {
    for (let times = 0; times < 10; times += 1) {
      cloud.controls.failNext({
        action: DELETE,
        phase: 'request',
        code: 'RetryableError',
        status: 429,
        message: 'locked',
      });
    }
    await attachByHand(cloud, 'nic', NAME);
    cloud.calls.reset();
    expect(await apply(detach())).toMatchObject({ kind: 'failed', code: 'conflict' });
    expect(cloud.calls.writes()).toBe(4);
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
