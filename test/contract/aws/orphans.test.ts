import {
  AttachNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DetachNetworkInterfaceCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AwsDeps } from '../../../lambdas/compose.ts';
import type { JournalEntry } from '../../../shared/journal.ts';
import {
  createFilter,
  createInterface,
  createSession,
  createTarget,
  launch,
  NLB,
  startAccount,
  type Account,
} from './account.ts';
import { composeFor, rulesTo, sweepAndRepair, TAGGED } from './handlers.ts';

const HOUR_MS = 3_600_000;

let account: Account;
let deps: AwsDeps;
let entries: JournalEntry[];
let laterMs: number;
let target: string;
let filter: string;
beforeEach(async () => {
  account = await startAccount();
  entries = [];
  laterMs = 0;
  account.local.addBalancer({ arn: NLB });
  target = await createTarget(account, null);
  filter = await createFilter(account);
  deps = composeFor(account, rulesTo(target, filter), {
    mode: () => 'enforce',
    journal: { write: (entry) => void entries.push(entry) },
    clock: { now: () => account.local.clock.now() + laterMs },
  });
});
afterEach(() => account.stop());

const mirrored = () => account.local.state.in().sessions.map(({ interfaceId }) => interfaceId);

/** Why sessions of ours were deleted. */
const reasons = () =>
  entries.flatMap((entry) =>
    entry.kind === 'applied' && entry.change.kind === 'detach' ? [entry.change.because] : [],
  );

/** A machine with a second interface that is mirrored too. */
async function launchMirrored() {
  const [launched] = await launch(account, 1, TAGGED);
  const second = await createInterface(account);
  const { AttachmentId: attachmentId = '' } = await account.person.send(
    new AttachNetworkInterfaceCommand({ InstanceId: launched.machine, NetworkInterfaceId: second, DeviceIndex: 1 }),
  );
  await account.local.idle();
  await sweepAndRepair(account, deps);
  expect(mirrored().toSorted()).toEqual([launched.source, second].toSorted());
  return { launched, second, attachmentId };
}

test('a session outlives its machine that is stopped by the grace, and no longer', async () => {
  const { launched } = await launchMirrored();
  await account.person.send(new StopInstancesCommand({ InstanceIds: [launched.machine] }));
  await account.local.idle();
  laterMs = 71 * HOUR_MS;
  await sweepAndRepair(account, deps);
  expect(mirrored()).toHaveLength(2);
  laterMs = 73 * HOUR_MS;
  await sweepAndRepair(account, deps);
  expect(mirrored()).toEqual([]);
  expect(reasons()).toEqual(['stopped', 'stopped']);
});

test('a session of an interface that was detached is deleted, that of the one beside it stays', async () => {
  const { launched, attachmentId } = await launchMirrored();
  await account.person.send(new DetachNetworkInterfaceCommand({ AttachmentId: attachmentId }));
  await account.local.idle();
  await sweepAndRepair(account, deps);
  expect(mirrored()).toEqual([launched.source]);
  expect(reasons()).toEqual(['detached']);
});

test('a session of an interface that outlives its terminated machine is deleted', async () => {
  const { launched, second } = await launchMirrored();
  // An interface that was attached to a running instance is not deleted with it.
  await account.person.send(new TerminateInstancesCommand({ InstanceIds: [launched.machine] }));
  await account.local.idle();
  // That of the first interface went with it.
  expect(mirrored()).toEqual([second]);
  await sweepAndRepair(account, deps);
  expect(mirrored()).toEqual([]);
  expect(reasons()).toEqual(['detached']);
});

test('a session of an interface that was deleted went with it, and nothing is left to do', async () => {
  const { launched, second, attachmentId } = await launchMirrored();
  await account.person.send(new DetachNetworkInterfaceCommand({ AttachmentId: attachmentId }));
  await account.local.idle();
  await account.person.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: second }));
  await sweepAndRepair(account, deps);
  expect(mirrored()).toEqual([launched.source]);
  expect(reasons()).toEqual([]);
});

test('sessions of others are left alone, also those of a machine that stopped long ago', async () => {
  const [launched] = await launch(account, 1);
  await createSession(account, launched.source, target, filter, 7);
  await account.person.send(new StopInstancesCommand({ InstanceIds: [launched.machine] }));
  await account.local.idle();
  laterMs = 1000 * HOUR_MS;
  await sweepAndRepair(account, deps);
  expect(mirrored()).toEqual([launched.source]);
});
