import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { unwrap } from '../../lambdas/envelope.ts';
import { identify, type Identified } from '../../lambdas/event-bridge.ts';
import { CONTEXT, HERE, payload, THERE } from './samples.ts';

const INSTANCE = 'i-0f3fbbbc0298d1a86';

/** What each payload asks to look at; `sweep` where it says that something changed and not where. */
const IDENTITIES: Readonly<Record<string, readonly string[]>> = {
  'asg-launch-bare': [INSTANCE],
  'asg-launch-from-warm-pool': [INSTANCE],
  'asg-launch-into-warm-pool': [INSTANCE],
  'asg-launch-lifecycle': [INSTANCE],
  'asg-launch-successful': [],
  'asg-terminate-lifecycle': [],
  'asg-test-notification': [],
  'ct-AttachNetworkInterface': ['eni-0123456789abcdef0'],
  'ct-CreateNetworkInterface': [],
  'ct-CreateNetworkInterface-dryrun': [],
  'ct-CreateTags': [INSTANCE, 'eni-0123456789abcdef0'],
  'ct-CreateTags-omitted': ['sweep'],
  'ct-CreateTags-one': ['eni-0123456789abcdef0'],
  'ct-CreateTrafficMirrorSession-dryrun': [],
  'ct-CreateTrafficMirrorSession-failed': [],
  'ct-CreateTrafficMirrorSession-member': [],
  'ct-CreateTrafficMirrorSession-ok': [],
  'ct-CreateTrafficMirrorSession-omitted': ['eni-0de5f5ec51b747a14'],
  'ct-DeleteNetworkInterface': [],
  'ct-DeleteTags': [INSTANCE],
  'ct-DeleteTrafficMirrorSession': ['sweep'],
  'ct-DetachNetworkInterface': [],
  'ct-ModifyTrafficMirrorSession': ['eni-08dd7ebbda3b01770'],
  'ct-ModifyTrafficMirrorSession-text': ['eni-0123456789abcdef0'],
  'ct-ModifyTrafficMirrorSession-unanswered': ['sweep'],
  'ct-RunInstances': [],
  'ct-efs-CreateTags': [],
  'ec2-state-pending': [],
  'ec2-state-running': [INSTANCE],
  'ec2-state-running-forwarded': [INSTANCE],
  'ec2-state-shutting-down': [],
  'ec2-state-stopped': [INSTANCE],
  'ec2-state-stopping': [],
  'ec2-state-terminated': [INSTANCE],
  scheduled: ['sweep'],
  'tag-change-eni': ['eni-0123456789abcdef0'],
  'tag-change-instance': [INSTANCE],
  'tag-change-many': [INSTANCE, 'i-0a1b2c3d4e5f60718'],
};

/** Of a type that no trigger is about: whoever sends it here is told. */
const UNKNOWN = ['asg-launch-successful', 'asg-terminate-lifecycle', 'ct-efs-CreateTags'];

/** The hook that holds the machine back. */
const HOOK = {
  group: 'my-asg',
  name: 'attach-mirror',
  token: '87654321-4321-4321-4321-210987654321',
  machine: INSTANCE,
};
const HOOKS: Readonly<Record<string, typeof HOOK>> = {
  'asg-launch-bare': HOOK,
  'asg-launch-from-warm-pool': { ...HOOK, token: '71514b9d-6a40-4b26-8523-05e7ee35fa40' },
  'asg-launch-into-warm-pool': HOOK,
  'asg-launch-lifecycle': HOOK,
};

/** Those of another account and region; what is not told by the payload itself is that it came from there. */
const FORWARDED = ['ec2-state-running-forwarded'];

const NO_EVENTS = ['manifest', 'patterns'];

const identitiesOf = (identified: Identified): readonly string[] =>
  identified.kind === 'work'
    ? identified.work.flatMap((work): readonly string[] =>
        work.kind === 'look' ? work.subjects.map(({ id }) => id) : [work.kind],
      )
    : [];

describe('the payloads', () => {
  test('every file has a row in the table and a line in the manifest', () => {
    const files = readdirSync(new URL('../payloads/aws', import.meta.url)).map((name) => name.replace('.json', ''));
    expect(files.filter((name) => !NO_EVENTS.includes(name)).sort()).toEqual(Object.keys(IDENTITIES).sort());
    const manifest = Object.keys(payload('manifest')).map((name) => name.replace('.json', ''));
    expect(manifest.sort()).toEqual(files.filter((name) => name !== 'manifest').sort());
  });

  test.each(Object.entries(IDENTITIES))('%s', (name, identities) => {
    const event = payload(name);
    const identified = identify(unwrap(event, null), CONTEXT);
    expect(identitiesOf(identified)).toEqual(identities);
    const isNothing = UNKNOWN.includes(name) ? 'unreadable' : 'ignored';
    expect(identified.kind).toBe(identities.length === 0 ? isNothing : 'work');
    if (identified.kind !== 'work') return;
    for (const work of identified.work) {
      expect(work.scope).toEqual(FORWARDED.includes(name) ? THERE : HERE);
      expect(work.correlation).toBe(event['id'] ?? event['RequestId']);
      expect(new Date(work.since).getTime()).toBe(Date.parse(String(event['time'] ?? event['Time'])));
      expect(work.kind === 'look' ? work.hook : null).toEqual(HOOKS[name] ?? null);
    }
  });
});
