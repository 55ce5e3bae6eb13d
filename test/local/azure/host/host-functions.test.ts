import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hostFunctions, type HostOptions } from '../../../../local/azure/host.ts';
import type { FunctionsHost } from '../../../../local/azure/host/host-app.ts';
import { startAzureCloud, type AzureCloud } from '../../../../local/azure/start.ts';
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
} from '../fleet.ts';

let folder: string;
let cloud: AzureCloud;
let host: FunctionsHost;
let failures: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapkeeper-host-'));
  cloud = await startAzureCloud({ operationMs: 5, settleMs: 5 });
  await layGround(cloud);
  await writeFile(join(folder, 'tapkeeper.yaml'), rules());
  failures = [];
  host = start();
});
afterEach(async () => {
  await host.stop();
  await cloud.stop();
  await rm(folder, { recursive: true });
});

/** Operations of this cloud take milliseconds: so does waiting for them. */
const start = (options: Partial<HostOptions> = {}): FunctionsHost =>
  hostFunctions(cloud, {
    rulesPath: join(folder, 'tapkeeper.yaml'),
    mode: 'enforce',
    sweepSeconds: null,
    overrides: { pause: (delayMs) => wait(Math.min(delayMs, 5)) },
    onFailure: (why) => failures.push(why),
    ...options,
  });

/** Nothing settles: what is tested here is what the host does. */
const rules = (): string => `
version: 1
owner: soc
interruption: { settle: 0s }
destinations:
  soc:
    cloud: azure
    loadBalancerFrontend: ${networkPath(cloud, 'loadBalancers/lb/frontendIPConfigurations/front')}
rules:
  - name: tagged
    when: { tag: mirror }
    mirror: { fromTag: mirror, among: [soc] }
`;

const attached = (): readonly string[] => cloud.state.tapConfigurations.map(({ id }) => id);
const ours = (nic: string): string => networkPath(cloud, `networkInterfaces/${nic}/tapConfigurations/tapkeeper-v1-soc`);
const tag = (machine: string, operation: 'Merge' | 'Delete', tags: Record<string, string>) =>
  request(cloud, 'PATCH', `${machinePath(cloud, machine)}/providers/Microsoft.Resources/tags/default`, {
    operation,
    properties: { tags },
  });

test('a machine that is tagged is mirrored, one that is untagged is not, and what is broken by hand comes back', async () => {
  await createMachine(cloud, 'vm');
  await host.idle();
  expect(attached()).toEqual([]);

  await tag('vm', 'Merge', { mirror: 'soc' });
  await host.idle();
  expect(attached()).toEqual([ours('vm-nic')]);

  await clientsOf(cloud).network.networkInterfaceTapConfigurations.delete(GROUP, 'vm-nic', 'tapkeeper-v1-soc', QUICK);
  await host.idle();
  expect(attached()).toEqual([ours('vm-nic')]);

  await tag('vm', 'Delete', { mirror: '' });
  await host.idle();
  expect(attached()).toEqual([]);
  expect(failures).toEqual([]);
});

test('what others attached stays, and nothing is attached beside it', async () => {
  await createMachine(cloud, 'vm');
  await attach(cloud, 'vm-nic', 'theirs');
  await tag('vm', 'Merge', { mirror: 'soc' });
  await host.idle();
  await host.sweep();
  await host.idle();
  expect(attached()).toEqual([networkPath(cloud, 'networkInterfaces/vm-nic/tapConfigurations/theirs')]);
});

test('an event that got lost is made up for by the sweep', async () => {
  await createMachine(cloud, 'vm');
  await host.idle();
  cloud.events.befall('lost');
  await tag('vm', 'Merge', { mirror: 'soc' });
  await host.idle();
  expect(attached()).toEqual([]);
  await host.sweep();
  await host.idle();
  expect(attached()).toEqual([ours('vm-nic')]);
});

/** The calls that an event about a machine costs, beside the person's own. */
async function costOfTagging(): Promise<{ readonly reads: number; readonly counts: Readonly<Record<string, number>> }> {
  await createMachine(cloud, 'vm');
  await host.idle();
  cloud.calls.reset();
  await tag('vm', 'Merge', { mirror: 'soc' });
  await host.idle();
  expect(attached()).toEqual([ours('vm-nic')]);
  return { reads: cloud.calls.reads(), counts: cloud.calls.counts() };
}

test('an event takes at most three reads and one write for an attachment', async () => {
  const { reads, counts } = await costOfTagging();
  expect(reads).toBeLessThanOrEqual(3);
  expect(counts['PUT Microsoft.Network/networkInterfaces/tapConfigurations']).toBe(1);
  expect(cloud.calls.writes()).toBe(2);
});

test('our own write is recognised by the identity in its event: as another’s it is looked at', async () => {
  await host.stop();
  host = start({ settings: { TAPKEEPER_PRINCIPAL_ID: '99999999-9999-4999-8999-999999999999' } });
  expect((await costOfTagging()).reads).toBeGreaterThan(3);
});

test('resync answers with the plan, and changes nothing', async () => {
  await host.stop();
  await createMachine(cloud, 'vm', { mirror: 'soc' });
  await cloud.idle();
  host = start({ mode: 'observe' });
  const answer = await host.resync('{"scope":"everything","mode":"plan"}');
  expect([answer.status, answer.contentType]).toEqual([200, 'application/json']);
  expect(answer.body).toContain('attach');
  expect(attached()).toEqual([]);
  expect((await host.resync('{"scope":')).contentType).toBe('application/problem+json');
});

test('in mode observe, nothing is changed', async () => {
  await host.stop();
  host = start({ mode: 'observe' });
  await createMachine(cloud, 'vm', { mirror: 'soc' });
  await createNic(cloud, 'lone', { mirror: 'soc' });
  await host.idle();
  await host.sweep();
  await host.idle();
  expect(attached()).toEqual([]);
  expect(failures).toEqual([]);
});
