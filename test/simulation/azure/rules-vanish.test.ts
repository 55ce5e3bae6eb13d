import { expect, test } from 'vitest';
import { configurationsIn, deploy, destination, personIn, startCloud, tagRules } from './rig.ts';

test('a rules file that disappears is an alarm and never an empty set of rules', { timeout: 90_000 }, async () => {
  const cloud = await startCloud();
  const alice = personIn(cloud);
  const frontend = await alice.createFrontend();
  await alice.createTap('soc', frontend);
  const rules = tagRules({ sensor: destination(frontend) });
  const deployment = await deploy(cloud, rules);
  const [machine] = await alice.launch(2, { tags: { mirror: 'sensor' } });
  await deployment.calm();
  const before = configurationsIn(cloud);
  expect(before.map(({ name, tap, state }) => `${name} ${tap} ${state}`)).toEqual(
    Array.from({ length: 2 }, () => 'tapkeeper-v1-soc soc Succeeded'),
  );

  await deployment.removeRules();
  await expect(deployment.hosts[0].sweep()).rejects.toThrow(/tapkeeper\.yaml/);
  expect(configurationsIn(cloud)).toEqual(before);
  expect(deployment.journal.at(-1)).toMatchObject({ kind: 'fault', code: 'config-invalid' });

  // An event that came meanwhile is delivered again until the rules are back.
  await alice.untag([machine?.id ?? ''], 'mirror');
  await cloud.idle();
  expect(configurationsIn(cloud)).toEqual(before);
  await deployment.setRules(rules);
  await deployment.calm();
  expect(configurationsIn(cloud)).toEqual(before.filter(({ source }) => source !== machine?.source));
});
