import { afterEach, beforeEach, expect, test } from 'vitest';
import { steppedClock, type SteppedClock } from '../../../../local/azure/clock.ts';
import { startAzureCloud, type AzureCloud } from '../../../../local/azure/start.ts';
import { networkPath, machinePath, putPlainGround, putPlainMachine, request } from '../fleet.ts';

let clock: SteppedClock;
let cloud: AzureCloud;

beforeEach(async () => {
  clock = steppedClock(0);
  cloud = await startAzureCloud({ clock, operationMs: 1000, interruptionMs: 60_000, settleMs: 1000 });
  await putPlainGround(cloud);
  for (const name of ['a', 'b']) await putPlainMachine(cloud, name);
  clock.advance(1000);
});
afterEach(() => cloud.stop());

const path = (machine: string): string => networkPath(cloud, `networkInterfaces/${machine}-nic/tapConfigurations/x`);
const attach = (machine: string) =>
  request(cloud, 'PUT', path(machine), {
    properties: { virtualNetworkTap: { id: networkPath(cloud, 'virtualNetworkTaps/tap') } },
  });
const of = (machine: string): number => cloud.interruptions.of(machinePath(cloud, machine).toUpperCase());

test('attaching interrupts a running machine for as long as the operation takes', async () => {
  await attach('a');
  expect([of('a'), cloud.interruptions.now()]).toEqual([1, 1]);
  clock.advance(59_999);
  expect(cloud.interruptions.now()).toBe(1);
  clock.advance(1);
  expect([of('a'), cloud.interruptions.now(), cloud.interruptions.most()]).toEqual([1, 0, 1]);
});

test('the most at the same time is remembered, and forgotten on demand', async () => {
  await attach('a');
  await attach('b');
  clock.advance(60_000);
  expect([cloud.interruptions.now(), cloud.interruptions.most()]).toEqual([0, 2]);
  await attach('a');
  expect(cloud.interruptions.most()).toBe(2);
  cloud.interruptions.reset();
  await request(cloud, 'DELETE', path('a'));
  clock.advance(60_000);
  await request(cloud, 'DELETE', path('b'));
  expect([of('a'), of('b'), cloud.interruptions.most()]).toEqual([1, 1, 1]);
});

test('writing what is there already and failing half-way interrupt, a refusal does not', async () => {
  await attach('a');
  expect((await attach('a')).status).toBe(409);
  expect(of('a')).toBe(1);
  clock.advance(60_000);
  expect((await attach('a')).status).toBe(200);
  expect(of('a')).toBe(2);
  const action = 'Microsoft.Network/networkInterfaces/tapConfigurations/write';
  cloud.controls.failNext({ action, phase: 'operation', code: 'InternalServerError', message: 'no' });
  await attach('b');
  clock.advance(60_000);
  expect([of('b'), cloud.interruptions.now()]).toEqual([1, 0]);
});

test('a machine that does not run is not interrupted, nor is an interface without one', async () => {
  await request(cloud, 'POST', `${machinePath(cloud, 'a')}/deallocate`);
  clock.advance(1000);
  await attach('a');
  await request(cloud, 'PUT', networkPath(cloud, 'networkInterfaces/free-nic'), { location: 'eastus' });
  expect((await attach('free')).status).toBe(201);
  expect([...cloud.interruptions.all()]).toEqual([]);
});
