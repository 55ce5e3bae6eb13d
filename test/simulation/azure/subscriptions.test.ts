import { expect, test } from 'vitest';
import { deploy, destination, personIn, startCloud, tagRules } from './rig.ts';

const ONE = '11111111-1111-4111-8111-111111111111';
const TWO = '22222222-2222-4222-8222-222222222222';
const UNKNOWN = '99999999-9999-4999-8999-999999999999';

async function startSubscriptions(setting: string) {
  const cloud = await startCloud({ subscriptions: [ONE, TWO] });
  const alice = personIn(cloud);
  const bob = personIn(cloud, 'bob', TWO);
  const frontend = await alice.createFrontend();
  await alice.createTap('soc', frontend);
  // Nobody has told of these.
  for (const person of [alice, bob]) await person.launch(1, { tags: { mirror: 'sensor' } });
  const queue = cloud.queues.queue('tapkeeper-events');
  await queue.clearMessages();
  const deployment = await deploy(cloud, tagRules({ sensor: destination(frontend) }), {
    settings: { TAPKEEPER_SUBSCRIPTIONS: setting },
  });
  const mirrored = (): readonly string[] =>
    cloud.state.tapConfigurations.map(({ id }) => id.split('/')[2] ?? '').sort();
  return { cloud, alice, bob, deployment, mirrored };
}

test('a subscription that cannot be read stops no other', { timeout: 120_000 }, async () => {
  const { deployment, mirrored } = await startSubscriptions(`${UNKNOWN},${ONE},${TWO}`);
  await deployment.sweep();
  expect(mirrored()).toEqual([ONE, TWO]);
  const faults = deployment.journal.filter(({ kind }) => kind === 'fault');
  expect(new Set(faults.map(({ scope }) => scope?.account))).toEqual(new Set([UNKNOWN]));
});

test('all subscriptions that the identity sees are kept, by events and by sweeps', { timeout: 120_000 }, async () => {
  const { alice, bob, deployment, mirrored } = await startSubscriptions('*');
  await deployment.sweep();
  expect(mirrored()).toEqual([ONE, TWO]);
  for (const person of [alice, bob]) await person.launch(1, { tags: { mirror: 'sensor' } });
  await deployment.calm();
  expect(mirrored()).toEqual([ONE, ONE, TWO, TWO]);
});
