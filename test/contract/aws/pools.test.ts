import { StartInstancesCommand, StopInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AwsDeps } from '../../../lambdas/compose.ts';
import { onChange } from '../../../lambdas/on-change.ts';
import type { Config } from '../../../shared/config/config.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import type { JournalEntry } from '../../../shared/journal.ts';
import { payload } from '../../lambdas/samples.ts';
import {
  createFilter,
  createSession,
  createTarget,
  launch,
  startAccount,
  type Account,
  type Launched,
} from './account.ts';
import { batch, composeFor, sweepAndRepair, TAGGED } from './handlers.ts';

/** One sensor in each of two zones, and the mirror targets in front of them. */
interface Sensor {
  readonly launched: Launched;
  readonly target: string;
  readonly subnet: string;
}

let account: Account;
let deps: AwsDeps;
let entries: JournalEntry[];
let filter: string;
let laterMs: number;
let a: Sensor;
let b: Sensor;

/** Rules that mirror what has the tag `mirror` to a pool of two targets. */
function poolOf(first: string, second: string): Config {
  const common = { cloud: 'aws', region: 'us-east-1', filter, sessionNumber: 100 };
  const parsed = parseConfig(
    JSON.stringify({
      version: 1,
      owner: 'soc',
      destinations: { first: { ...common, target: first }, second: { ...common, target: second } },
      pools: { sensors: ['first', 'second'] },
      rules: [{ name: 'tagged', when: { tag: 'mirror' }, mirror: ['sensors'] }],
    }),
  );
  if (parsed.kind !== 'valid') throw new Error('the rules of this test are invalid');
  return parsed.config;
}

async function placeSensor(at: number): Promise<Sensor> {
  const subnet = account.local.state.in().subnets[at]?.id ?? '';
  const [launched] = await launch(account, 1, { SubnetId: subnet });
  return { launched, subnet, target: await createTarget(account, launched.source) };
}

beforeEach(async () => {
  account = await startAccount();
  entries = [];
  laterMs = 0;
  filter = await createFilter(account);
  [a, b] = [await placeSensor(0), await placeSensor(1)];
  deps = composeFor(account, poolOf(a.target, b.target), {
    mode: () => 'enforce',
    journal: { write: (entry) => void entries.push(entry) },
    clock: { now: () => account.local.clock.now() + laterMs },
  });
});
afterEach(() => account.stop());

/** Launches tagged machines in a sensor's zone and delivers the events of all of them in one batch. */
async function launchIn({ subnet }: Sensor, count = 1): Promise<readonly Launched[]> {
  const launched = await launch(account, count, { ...TAGGED, SubnetId: subnet });
  account.local.resetCalls();
  await onChange(() => deps)(
    batch(
      ...launched.map(({ machine }) => ({
        ...payload('ec2-state-running'),
        id: `event-of-${machine}`,
        detail: { 'instance-id': machine, state: 'running' },
      })),
    ),
  );
  return launched;
}

const writes = () => account.local.calls['CreateTrafficMirrorSession'] ?? 0;
const holds = () => entries.flatMap((entry) => (entry.kind === 'held' ? [entry.hold.code] : []));

/** How many sources each sensor has. */
const loads = () => {
  const count = ({ target }: Sensor) =>
    account.local.state.in().sessions.filter(({ targetId }) => targetId === target).length;
  return { a: count(a), b: count(b) };
};

/** Mirrors untagged machines, as somebody else does. */
async function fill({ target }: Sensor, count: number): Promise<void> {
  for (const { source } of await launch(account, count)) await createSession(account, source, target, filter, 7);
}

describe('a pool of interfaces', () => {
  test('takes the member in the zone of the machine, at its first launch', async () => {
    await launchIn(b);
    expect(loads()).toEqual({ a: 0, b: 1 });
    await launchIn(a);
    expect(loads()).toEqual({ a: 1, b: 1 });
  });

  test('goes on with the other member where one is full by count, and asks nobody in vain', async () => {
    await fill(b, 8);
    await launchIn(b, 4);
    expect(loads()).toEqual({ a: 2, b: 10 });
    expect(writes()).toBe(4);
  });

  test('is full when all of its members are, and says so without a call', async () => {
    await fill(a, 9);
    await fill(b, 10);
    await launchIn(b, 2);
    expect(loads()).toEqual({ a: 10, b: 10 });
    expect(writes()).toBe(1);
    expect(holds()).toEqual(['destination-full']);
  });

  describe('a member of which refuses although it has room by count', () => {
    const FULL = { code: 'TrafficMirrorSourcesPerTargetLimitExceeded' } as const;

    test('has the refused machine go to the other one at once, and the next machines without asking', async () => {
      account.local.fail('CreateTrafficMirrorSession', { ...FULL, times: 1 });
      const [refused] = await launchIn(b);
      expect([loads(), holds(), writes()]).toEqual([{ a: 1, b: 0 }, [], 2]);
      expect(account.local.state.in().sessions.map(({ interfaceId }) => interfaceId)).toEqual([refused?.source]);
      await launchIn(b);
      expect([loads(), holds(), writes()]).toEqual([{ a: 2, b: 0 }, [], 1]);
    });

    test('has every machine of a batch that was refused go to the other one', async () => {
      account.local.fail('CreateTrafficMirrorSession', { ...FULL, times: 3 });
      await launchIn(b, 3);
      expect([loads(), holds()]).toEqual([{ a: 3, b: 0 }, []]);
    });

    test('holds the machine when the other one is full by count, and asks it nothing', async () => {
      await fill(a, 10);
      account.local.fail('CreateTrafficMirrorSession', { ...FULL, times: 1 });
      await launchIn(b);
      expect([loads(), holds(), writes()]).toEqual([{ a: 10, b: 0 }, ['destination-full'], 1]);
      expect(entries.filter(({ kind }) => kind === 'refused')).toEqual([]);
    });

    test('holds a machine that was refused by both, when it comes back', async () => {
      account.local.fail('CreateTrafficMirrorSession', { ...FULL, times: 2 });
      const [refused] = await launchIn(b);
      expect([loads(), holds(), writes()]).toEqual([{ a: 0, b: 0 }, [], 2]);
      expect(entries.filter(({ kind }) => kind === 'refused')).toMatchObject([
        { code: 'conflict', change: { source: refused?.source } },
      ]);
      account.local.resetCalls();
      await sweepAndRepair(account, deps);
      expect([holds(), writes()]).toEqual([['destination-full'], 0]);
    });
  });

  test('serves with the member that runs while the other is stopped, and moves nothing back merely to balance', async () => {
    await launchIn(b);
    await account.person.send(new StopInstancesCommand({ InstanceIds: [b.launched.machine] }));
    await account.local.idle();
    laterMs = 60_000;
    await launchIn(b);
    expect(loads()).toEqual({ a: 1, b: 1 });
    await account.person.send(new StartInstancesCommand({ InstanceIds: [b.launched.machine] }));
    await account.local.idle();
    laterMs += 60_000;
    await sweepAndRepair(account, deps);
    expect(loads()).toEqual({ a: 1, b: 1 });
  });

  test('whose sensors were terminated holds everything, without a call', async () => {
    const ids = [a.launched.machine, b.launched.machine];
    await account.person.send(new TerminateInstancesCommand({ InstanceIds: ids }));
    await account.local.idle();
    await launchIn(b);
    expect(writes()).toBe(0);
    expect(holds()).toEqual(['destination-unhealthy']);
  });
});
