import { DeleteTrafficMirrorSessionCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import type { AwsCloud } from '../../local/aws/aws-cloud.ts';
import {
  deploy,
  destination,
  personIn,
  sessionsIn,
  startCloud,
  tagRules,
  type Deployment,
  type Person,
} from './rig.ts';

interface Stage {
  readonly cloud: AwsCloud;
  readonly alice: Person;
  readonly deployment: Deployment;
  /** A target of others', and a filter that accepts everything. */
  readonly theirs: { readonly target: string; readonly filter: string };
}

async function setUp(): Promise<Stage> {
  const cloud = await startCloud();
  const alice = personIn(cloud);
  const ours = destination(await alice.createTarget(), await alice.createFilter(6), 100);
  const deployment = await deploy(cloud, tagRules({ sensor: ours }));
  const theirs = { target: await alice.createTarget(), filter: await alice.createFilter() };
  return { cloud, alice, deployment, theirs };
}

test('theirs at number 1 before ours exists: ours would never see a packet, so it is held and said', async () => {
  const { cloud, alice, deployment, theirs } = await setUp();
  const [machine] = await alice.launch(1);
  const id = await alice.createSession(machine?.source ?? '', theirs.target, theirs.filter, 1);
  await alice.tag([machine?.id ?? ''], { mirror: 'sensor' });
  await cloud.idle();
  expect(sessionsIn(cloud).map((session) => session.id)).toEqual([id]);
  expect(deployment.holds()).toEqual(['shadowed']);
});

test('theirs at number 1 after ours exists: ours stays as it is, and a note says that it sees nothing', async () => {
  const { cloud, alice, deployment, theirs } = await setUp();
  const [machine] = await alice.launch(1, { mirror: 'sensor' });
  const [ours] = sessionsIn(cloud);
  const id = await alice.createSession(machine?.source ?? '', theirs.target, theirs.filter, 1);
  await deployment.sweep();
  expect(sessionsIn(cloud)).toEqual([expect.objectContaining({ id, number: 1, owner: null }), ours]);
  const notes = deployment.journal.flatMap((entry) => (entry.kind === 'noted' ? [entry.note.code] : []));
  expect(notes).toContain('shadowed');
});

test('theirs after ours’ number: ours would take their packets, so it is held and names whose', async () => {
  const { cloud, alice, deployment, theirs } = await setUp();
  const [machine] = await alice.launch(1);
  const id = await alice.createSession(machine?.source ?? '', theirs.target, theirs.filter, 500);
  await alice.tag([machine?.id ?? ''], { mirror: 'sensor' });
  await cloud.idle();
  expect(sessionsIn(cloud).map((session) => session.id)).toEqual([id]);
  const holds = deployment.journal.flatMap((entry) => (entry.kind === 'held' ? [entry.hold] : []));
  expect(holds).toContainEqual(expect.objectContaining({ code: 'would-preempt-theirs', blockedBy: [id] }));

  // Their going asks for a sweep, which attaches ours.
  await alice.client.send(new DeleteTrafficMirrorSessionCommand({ TrafficMirrorSessionId: id }));
  await cloud.idle();
  expect(sessionsIn(cloud)).toMatchObject([{ owner: 'soc', number: 100 }]);
});
