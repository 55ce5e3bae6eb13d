import { beforeEach, expect, test } from 'vitest';
import type { AwsCloud } from '../../local/aws/aws-cloud.ts';
import { deploy, destination, personIn, sessionsIn, startCloud, tagRules, type Deployment } from './rig.ts';

let cloud: AwsCloud;
let target: string;
let filter: string;
let deployment: Deployment;

const writes = (): readonly string[] =>
  Object.keys(cloud.calls).filter((action) => !action.startsWith('Describe') && cloud.calls[action] !== 0);

beforeEach(async () => {
  cloud = await startCloud();
  const alice = personIn(cloud);
  [target, filter] = [await alice.createTarget(), await alice.createFilter()];
  deployment = await deploy(cloud, tagRules({ sensor: destination(target, filter, 100) }));
  await alice.launch(5, { mirror: 'sensor' });
  expect(sessionsIn(cloud)).toHaveLength(5);
  cloud.resetCalls();
});

const byRule = (name: string, to: string): object => ({
  rules: [{ name, when: { tag: 'mirror' }, mirror: [to] }],
});

test('a rule that is renamed changes nothing', async () => {
  const before = sessionsIn(cloud);
  await deployment.setRules(tagRules({ sensor: destination(target, filter, 100) }, byRule('watched', 'sensor')));
  await deployment.sweep();
  expect(sessionsIn(cloud)).toEqual(before);
  expect(writes()).toEqual([]);
});

test('a destination that is renamed changes nothing', async () => {
  const before = sessionsIn(cloud);
  await deployment.setRules(tagRules({ probe: destination(target, filter, 100) }, byRule('tagged', 'probe')));
  await deployment.sweep();
  expect(sessionsIn(cloud)).toEqual(before);
  expect(writes()).toEqual([]);
});

test('an owner that is renamed keeps what bears its former name, and new sessions bear the new one', async () => {
  const before = sessionsIn(cloud);
  await deployment.setRules(
    tagRules({ sensor: destination(target, filter, 100) }, { owner: 'csirt', formerOwners: ['soc'] }),
  );
  await deployment.sweep();
  expect(sessionsIn(cloud)).toEqual(before);
  expect(writes()).toEqual([]);

  await personIn(cloud).launch(1, { mirror: 'sensor' });
  expect(sessionsIn(cloud).filter(({ owner }) => owner === 'csirt')).toHaveLength(1);
});

test('an owner that is renamed without a word about the former one leaves its sessions alone, and says who is in the way', async () => {
  const before = sessionsIn(cloud);
  await deployment.setRules(tagRules({ sensor: destination(target, filter, 100) }, { owner: 'csirt' }));
  await deployment.sweep();
  // They do what is wished, so nothing is missing; they are others' now.
  expect(sessionsIn(cloud)).toEqual(before);
  expect(writes()).toEqual([]);
});
