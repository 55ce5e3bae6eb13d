import { expect, test, vi } from 'vitest';
import type { HangUp } from '../../local/aws/ec2/troubles.ts';
import { deploy, personIn, startCloud, type Machine, type Person } from './rig.ts';

const REGIONS = ['us-east-1', 'eu-west-1'] as const;

/** In the region that falls silent, to the end more than one page of sessions, of interfaces and of instances. */
const FLEETS = { 'us-east-1': 20, 'eu-west-1': 1020 } as const;

/** A sweep lists these, in two pages there, and targets and filters. */
const LONG_LISTS = ['DescribeInstances', 'DescribeNetworkInterfaces', 'DescribeTrafficMirrorSessions'] as const;
const READS = 8;

/** A call is given up after 15 seconds without an answer, and made again. */
const PATIENCE_MS = 60_000;

async function startRegions() {
  const cloud = await startCloud({ visibilitySeconds: 2 });
  const people = REGIONS.map((region) => ({ region, person: personIn(cloud, 'alice', region) }));
  const destinations: Record<string, object> = {};
  for (const { region, person } of people) {
    const [target, filter] = [await person.createTarget(), await person.createFilter()];
    destinations[`sensor-${region}`] = { cloud: 'aws', region, target, filter, sessionNumber: 100 };
  }
  const deployment = await deploy(
    cloud,
    {
      version: 1,
      owner: 'soc',
      guard: { count: 1000, percent: 100 },
      destinations,
      pools: { sensors: Object.keys(destinations) },
      rules: [{ name: 'tagged', when: { tag: 'mirror' }, mirror: ['sensors'] }],
    },
    { regions: REGIONS },
  );
  const counts = (): readonly number[] => REGIONS.map((region) => cloud.state.in(region).sessions.length);
  // Nobody is told of anything: all is left to sweeps.
  cloud.disturb({ random: () => 0, droppedShare: 1 });
  const fleets: { readonly person: Person; readonly machines: Machine[] }[] = [];
  for (const { region, person } of people) {
    fleets.push({ person, machines: [...(await person.launch(FLEETS[region], { mirror: '' }))] });
  }
  await deployment.sweep();
  expect(counts()).toEqual(Object.values(FLEETS));

  /**
   * In both regions a machine is no longer to be mirrored, and a sweep goes where one of them does not answer. Gives how many
   * sessions each has lost by the time that it is given up, and after it has answered again.
   */
  async function sweepInto(action: string, ...hangUps: readonly HangUp[]) {
    const before = counts();
    const lost = (): readonly number[] => counts().map((count, at) => (before[at] ?? 0) - count);
    for (const { person, machines } of fleets) await person.untag([machines.shift()?.id ?? ''], 'mirror');
    const read = deployment.journal.length;
    const ends = hangUps.map((hangUp) => cloud.hangUp(action, { region: 'eu-west-1', ...hangUp }));
    const isGivenUp = (): boolean =>
      deployment.journal
        .slice(read)
        .some(({ kind, scope }) => scope?.region === 'eu-west-1' && (kind === 'fault' || kind === 'incomplete'));
    await deployment.host.sweep();
    await vi.waitUntil(() => isGivenUp() && lost()[0] !== 0, { timeout: PATIENCE_MS });
    const givenUp = lost();
    for (const end of ends) end();
    await deployment.sweep();
    return { givenUp, answered: lost() };
  }
  return { sweepInto };
}

test(
  'a region that stops answering in the middle of a sweep loses nothing, stops no other region, and is swept again',
  { timeout: 180_000 },
  async () => {
    const { sweepInto } = await startRegions();
    const once = { givenUp: [1, 0], answered: [1, 1] };
    for (let after = 0; after < READS; after++) {
      expect(await sweepInto('*', { after }), `after ${after} answers`).toEqual(once);
    }
    // Where all else is answered, and what is taken away would be gone.
    for (const list of LONG_LISTS) {
      expect(await sweepInto(list, { after: 1 }), `after the first page of ${list}`).toEqual(once);
    }
    // Silence takes as long as the client's patience; whoever asks again finds the connection closed.
    expect(await sweepInto('*', { after: 4, how: 'silence', times: 2 }, { after: 4 })).toEqual(once);
  },
);
