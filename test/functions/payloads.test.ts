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

/** Every payload, in both schemas, and what is to be looked at for it. */
const EXPECTED: Readonly<Record<string, string>> = {
  'arn-vm-createdorupdated': MACHINE,
  'eg-nic-write': SOURCE,
  'eg-tags-write-subject-is-tags-default': MACHINE,
  'eg-tags-write-subject-is-vm': MACHINE,
  'eg-tapconfig-write-self': 'ignored',
  'eg-vm-delete': MACHINE,
  'eg-vm-start': MACHINE,
  'eg-vm-write': MACHINE,
};

/** The identity that wrote the TAP configuration in the payloads. */
const OURSELVES = '33333333-3333-3333-3333-333333333333';
const READER = { principalId: OURSELVES, nowMs: Date.parse('2026-11-20T10:00:05Z'), newId: () => 'new' };

function brief(identity: Identity): string {
  if (identity.kind !== 'work' || identity.work.kind !== 'look') return identity.kind;
  return identity.work.subjects.map(({ kind, id }) => `${kind} ${id}`).join(', ');
}

describe('payloads', () => {
  test('the manifest says where each file came from', () => {
    const files = readdirSync(FOLDER).filter((file) => file !== 'manifest.json');
    expect(Object.keys(read('manifest.json') as object).sort()).toEqual(files.sort());
  });

  test.each(eventFiles)('%s', (file) => {
    const name = file.replace(/\.(cloudevents|eventgrid)\.json$/, '');
    expect(brief(identify(read(file), READER))).toBe(EXPECTED[name]);
  });

  test('both schemas of one event say the same', () => {
    for (const name of Object.keys(EXPECTED)) {
      const [cloudEvent, event] = ['cloudevents', 'eventgrid'].map((schema) => read(`${name}.${schema}.json`));
      expect(identify(cloudEvent, READER)).toEqual(identify(event, READER));
    }
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
    const expected = eventFiles.map((file) => EXPECTED[file.replace(/\.(cloudevents|eventgrid)\.json$/, '')]);
    expect(identifyAll(events, READER).map(brief)).toEqual(expected);
    expect(identifyAll(JSON.stringify(events), READER).map(brief)).toEqual(expected);
  });

  test('a write by others is looked at, whatever it is named; a write of ours is not, in any casing', () => {
    const event = read('eg-tapconfig-write-self.eventgrid.json');
    expect(brief(identify(event, { ...READER, principalId: 'ffffffff-3333-3333-3333-333333333333' }))).toBe(SOURCE);
    expect(brief(identify(event, { ...READER, principalId: null }))).toBe(SOURCE);
    expect(brief(identify(event, { ...READER, principalId: OURSELVES.replaceAll('-', '') }))).toBe('ignored');
  });
});
