import { expect, test } from 'vitest';
import { deploy, destination, personIn, sessionsIn, startCloud, tagRules } from './rig.ts';

test('two deployments with different owners keep their own sessions on the same machines and leave the other’s alone', async () => {
  const cloud = await startCloud();
  const alice = personIn(cloud);
  const [tcp, udp] = [await alice.createFilter(6), await alice.createFilter(17)];
  const [first, second] = [await alice.createTarget(), await alice.createTarget()];
  const soc = await deploy(cloud, tagRules({ sensor: destination(first, tcp, 100) }));
  const nocRules = tagRules({ sensor: destination(second, udp, 200) }, { owner: 'noc' });
  const noc = await deploy(cloud, nocRules, { queues: await cloud.addQueues('noc') });

  const machines = await alice.launch(3, { mirror: 'sensor' });
  // The same events reach both.
  const both = sessionsIn(cloud);
  expect(both.map(({ source, owner, number }) => ({ source, owner, number }))).toEqual(
    machines
      .map(({ source }) => source)
      .sort()
      .flatMap((source) => [
        { source, owner: 'soc', number: 100 },
        { source, owner: 'noc', number: 200 },
      ]),
  );

  // What one of them no longer wishes goes; the other's are the very same sessions as before.
  await soc.setRules(tagRules({ sensor: destination(first, tcp, 100) }, { rules: [] }));
  await soc.sweep();
  await noc.sweep();
  expect(sessionsIn(cloud)).toEqual(both.filter(({ owner }) => owner === 'noc'));
});
