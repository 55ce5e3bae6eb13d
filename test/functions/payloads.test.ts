import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { identify, identifyAll, type Identity } from '../../functions/event-grid.ts';
import { findJson } from '../../functions/json.ts';

const FOLDER = new URL('../payloads/azure/', import.meta.url);
const read = (file: string): unknown => findJson(readFileSync(new URL(file, FOLDER), 'utf8'));
const eventFiles = readdirSync(FOLDER).filter((file) => /^(eg|arn)-/.test(file));

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/rg/providers';
const MACHINE = `machine ${GROUP}/microsoft.compute/virtualmachines/vm1`;
const SOURCE = `source ${GROUP}/microsoft.network/networkinterfaces/vm1-nic`;

/** Every event, in the schemas in which its payload is there, and what is to be looked at for it. */
const EXPECTED: Readonly<Record<string, string>> = {
  'arn-nic-createdorupdated': SOURCE,
  'arn-vm-createdorupdated': MACHINE,
  'arn-vm-deleted': MACHINE,
  'eg-deployment-write': 'ignored',
  'eg-nic-delete': 'ignored',
  'eg-nic-write': SOURCE,
  'eg-scale-set-instance-start': 'ignored',
  'eg-scale-set-write': 'ignored',
  'eg-tags-delete': SOURCE,
  'eg-tags-write-of-a-group': 'ignored',
  'eg-tags-write-of-a-network': 'ignored',
  'eg-tags-write-scope-is-tags-default': MACHINE,
  'eg-tags-write-subject-is-tags-default': MACHINE,
  'eg-tags-write-subject-is-vm': MACHINE,
  'eg-tapconfig-delete-others': SOURCE,
  'eg-tapconfig-delete-self': 'ignored',
  'eg-tapconfig-write-others': SOURCE,
  'eg-tapconfig-write-self': 'ignored',
  'eg-tapconfig-write-self-claims-as-text': 'ignored',
  'eg-vm-deallocate': `${MACHINE}, restarted`,
  'eg-vm-delete': `${MACHINE}, restarted`,
  'eg-vm-power-off': MACHINE,
  'eg-vm-restart': 'ignored',
  'eg-vm-start': `${MACHINE}, restarted`,
  'eg-vm-start-subject-with-action': `${MACHINE}, restarted`,
  'eg-vm-write': MACHINE,
  'eg-vm-write-failed': 'ignored',
  'eg-vm-write-in-capitals': MACHINE,
  'eg-vm-write-pascal-case': MACHINE,
  'eg-vm-write-subject-without-providers': MACHINE,
  'eg-vm-write-topic-for-source': MACHINE,
  'eg-vm-write-without-slash': MACHINE,
};

/** The identity that wrote the TAP configuration in the payloads. */
const OURSELVES = '33333333-3333-3333-3333-333333333333';
const OUR_APPLICATION = '22222222-2222-2222-2222-222222222222';
const OTHERS = 'ffffffff-3333-3333-3333-333333333333';
const READER = { ownIds: [OURSELVES], nowMs: Date.parse('2026-11-20T10:00:05Z'), newId: () => 'new' };

const nameOf = (file: string): string => file.replace(/\.(cloudevents|eventgrid)\.json$/, '');

function brief(identity: Identity): string {
  if (identity.kind !== 'work' || identity.work.kind !== 'look') return identity.kind;
  const looked = identity.work.subjects.map(({ kind, id }) => `${kind} ${id}`).join(', ');
  return identity.work.isRestart ? `${looked}, restarted` : looked;
}

describe('payloads', () => {
  test('the manifest says where each file came from', () => {
    const files = readdirSync(FOLDER).filter((file) => file !== 'manifest.json');
    expect(Object.keys(read('manifest.json') as object).sort()).toEqual(files.sort());
  });

  test('every event is expected to yield something', () => {
    expect([...new Set(eventFiles.map(nameOf))].sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  test.each(eventFiles)('%s', (file) => {
    expect(brief(identify(read(file), READER))).toBe(EXPECTED[nameOf(file)]);
  });

  test('both schemas of one event say the same', () => {
    const schemas = Object.keys(EXPECTED).map((name) => eventFiles.filter((file) => nameOf(file) === name).map(read));
    const pairs = schemas.filter((events) => events.length === 2);
    expect(pairs.length).toBeGreaterThan(30);
    for (const [cloudEvent, event] of pairs) expect(identify(cloudEvent, READER)).toEqual(identify(event, READER));
  });

  test('a look carries the scope, the time and the correlation of its event', () => {
    expect(identify(read('eg-vm-write.cloudevents.json'), READER)).toMatchObject({
      work: {
        scope: { cloud: 'azure', account: '00000000-0000-0000-0000-000000000000', region: null },
        run: null,
        correlation: '44444444-4444-4444-4444-444444444444',
        since: '2026-11-20T10:00:00.000Z',
      },
    });
  });

  test('a delivery of several events loses none, though all share one id', () => {
    const events = eventFiles.map(read);
    const expected = eventFiles.map((file) => EXPECTED[nameOf(file)]);
    expect(identifyAll(events, READER).map(brief)).toEqual(expected);
    expect(identifyAll(JSON.stringify(events), READER).map(brief)).toEqual(expected);
  });

  test('a write by others is looked at, whatever it is named; a write of ours is not, in any casing', () => {
    const event = read('eg-tapconfig-write-self.eventgrid.json');
    const as = (...ownIds: readonly string[]): string => brief(identify(event, { ...READER, ownIds }));
    expect(as(OTHERS)).toBe(SOURCE);
    expect(as()).toBe(SOURCE);
    expect(as('')).toBe(SOURCE);
    expect(as(OURSELVES.replaceAll('-', ''))).toBe('ignored');
  });

  test('any of our identities is ours, by its object or its application', () => {
    const event = read('eg-tapconfig-write-self.cloudevents.json');
    const as = (...ownIds: readonly string[]): string => brief(identify(event, { ...READER, ownIds }));
    expect(as(OTHERS, OURSELVES)).toBe('ignored');
    expect(as(OUR_APPLICATION.toUpperCase())).toBe('ignored');
    // Who holds the role that the write was allowed by may be a group.
    expect(as('11111111111111111111111111111111')).toBe(SOURCE);
  });
});
