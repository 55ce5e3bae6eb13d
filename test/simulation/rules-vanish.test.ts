import { expect, test } from 'vitest';
import { deploy, destination, personIn, sessionsIn, startCloud, tagRules } from './rig.ts';

test('a rules file that disappears is an alarm and never an empty set of rules', async () => {
  const cloud = await startCloud();
  const alice = personIn(cloud);
  const rules = tagRules({ sensor: destination(await alice.createTarget(), await alice.createFilter(), 100) });
  const deployment = await deploy(cloud, rules);
  const [machine] = await alice.launch(2, { mirror: 'sensor' });
  const before = sessionsIn(cloud);
  expect(before).toHaveLength(2);

  await deployment.removeRules();
  await expect(deployment.sweep()).rejects.toThrow(/tapkeeper\.yaml/);
  expect(sessionsIn(cloud)).toEqual(before);
  expect(deployment.journal.at(-1)).toMatchObject({ kind: 'fault', code: 'config-invalid' });

  // An event that came meanwhile is delivered again until the rules are back.
  await alice.untag([machine?.id ?? ''], 'mirror');
  expect(sessionsIn(cloud)).toEqual(before);
  await deployment.setRules(rules);
  await cloud.idle();
  expect(sessionsIn(cloud).map(({ source }) => source)).toEqual(
    before.map(({ source }) => source).filter((source) => source !== machine?.source),
  );
});
