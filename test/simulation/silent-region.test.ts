import { expect, test } from 'vitest';
import type { AwsCloud } from '../../local/aws/aws-cloud.ts';
import { deploy, personIn, startCloud } from './rig.ts';

const REGIONS = ['us-east-1', 'eu-west-1'] as const;

const sessionCount = (cloud: AwsCloud, region: string): number => cloud.state.in(region).sessions.length;

test(
  'a region that stops answering in the middle of a sweep loses nothing, stops no other region, and is swept again',
  { timeout: 60_000 },
  async () => {
    const cloud = await startCloud();
    const people = REGIONS.map((region) => personIn(cloud, 'alice', region));
    const destinations: Record<string, object> = {};
    for (const [at, region] of REGIONS.entries()) {
      const person = people[at];
      if (person === undefined) continue;
      const [target, filter] = [await person.createTarget(), await person.createFilter()];
      destinations[`sensor-${at}`] = { cloud: 'aws', region, target, filter, sessionNumber: 100 };
    }
    const rules = {
      version: 1,
      owner: 'soc',
      guard: { count: 1000, percent: 100 },
      destinations,
      pools: { sensors: Object.keys(destinations) },
      rules: [{ name: 'tagged', when: { tag: 'mirror' }, mirror: ['sensors'] }],
    };
    const deployment = await deploy(cloud, rules, { regions: REGIONS });
    const fleets: (readonly string[])[] = [];
    for (const person of people) fleets.push((await person.launch(4, { mirror: '' })).map(({ id }) => id));
    expect(REGIONS.map((region) => sessionCount(cloud, region))).toEqual([4, 4]);

    // In both regions two machines are no longer to be mirrored, of which no event tells.
    cloud.disturb({ random: () => 0, droppedShare: 1 });
    for (const [at, person] of people.entries()) await person.untag((fleets[at] ?? []).slice(0, 2), 'mirror');
    cloud.disturb(null);
    const answerAgain = cloud.hangUp('DescribeInstances', { region: 'eu-west-1' });
    await deployment.sweep();
    expect(REGIONS.map((region) => sessionCount(cloud, region))).toEqual([2, 4]);
    expect(deployment.journal).toContainEqual(expect.objectContaining({ kind: 'incomplete' }));

    answerAgain();
    await deployment.sweep();
    expect(REGIONS.map((region) => sessionCount(cloud, region))).toEqual([2, 2]);
  },
);
