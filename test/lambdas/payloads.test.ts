import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { identify, type Identified } from '../../lambdas/event-bridge.ts';
import { CONTEXT, HERE, payload } from './samples.ts';

const INSTANCE = 'i-0f3fbbbc0298d1a86';

/** What each payload asks to look at; `sweep` where it says that something changed and not where. */
const IDENTITIES: Readonly<Record<string, readonly string[]>> = {
  'asg-launch-lifecycle': [INSTANCE],
  'asg-launch-successful': [],
  'ct-AttachNetworkInterface': ['eni-0123456789abcdef0'],
  'ct-CreateNetworkInterface': [],
  'ct-CreateNetworkInterface-dryrun': [],
  'ct-CreateTags': [INSTANCE, 'eni-0123456789abcdef0'],
  'ct-CreateTrafficMirrorSession-failed': [],
  'ct-CreateTrafficMirrorSession-ok': [],
  'ct-DeleteNetworkInterface': [],
  'ct-DeleteTags': [INSTANCE],
  'ct-DeleteTrafficMirrorSession': ['sweep'],
  'ct-DetachNetworkInterface': [],
  'ct-ModifyTrafficMirrorSession': ['eni-08dd7ebbda3b01770'],
  'ct-RunInstances': [],
  'ec2-state-pending': [],
  'ec2-state-running': [INSTANCE],
  'ec2-state-shutting-down': [],
  'ec2-state-stopped': [INSTANCE],
  'ec2-state-stopping': [],
  'ec2-state-terminated': [INSTANCE],
  scheduled: ['sweep'],
  'tag-change-eni': ['eni-0123456789abcdef0'],
  'tag-change-instance': [INSTANCE],
};

/** Of a type that no trigger is about: whoever sends it here is told. */
const UNKNOWN = ['asg-launch-successful'];

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
    const identified = identify(payload(name), CONTEXT);
    expect(identitiesOf(identified)).toEqual(identities);
    const isNothing = UNKNOWN.includes(name) ? 'unreadable' : 'ignored';
    expect(identified.kind).toBe(identities.length === 0 ? isNothing : 'work');
    if (identified.kind !== 'work') return;
    for (const work of identified.work) {
      expect(work.scope).toEqual(HERE);
      expect(work.correlation).toBe(payload(name)['id']);
      expect(new Date(work.since).getTime()).toBe(Date.parse(String(payload(name)['time'])));
    }
  });
});
