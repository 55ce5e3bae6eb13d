import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { identify, SUBSCRIPTION_FILTER } from '../../../functions/event-grid.ts';
import { findJson } from '../../../functions/json.ts';
import { type EventFilter, matches } from '../../../local/azure/event-grid/filter.ts';
import { deployMain, getWrite, propertiesOf } from './deployed.ts';

const FOLDER = new URL('../../payloads/azure/', import.meta.url);
const read = (file: string): unknown => findJson(readFileSync(new URL(file, FOLDER), 'utf8'));
const files = readdirSync(FOLDER).filter((file) => /^(eg|arn)-/.test(file));
const nameOf = (file: string): string => file.replace(/\.(cloudevents|eventgrid)\.json$/, '');

const READER = { ownIds: ['33333333-3333-3333-3333-333333333333'], nowMs: 0, newId: () => 'new' };

/** What nobody acts on, and what only the code can tell: whose write it is, and what kind of resource has the tags. */
const READ_TO_KNOW: readonly string[] = [
  'eg-tags-write-of-a-group',
  'eg-tags-write-of-a-network',
  'eg-tapconfig-delete-self',
  'eg-tapconfig-write-self',
  'eg-tapconfig-write-self-claims-as-text',
];

const deployment = deployMain({ subscriptions: ['11111111-2222-3333-4444-555555555555'] });
const properties = propertiesOf(getWrite(deployment, 'Microsoft.EventGrid/systemTopics/eventSubscriptions'));
const deployed = properties['filter'] as EventFilter;

describe('the filter that is deployed', () => {
  test("is the code's", () => {
    expect(deployed).toEqual({ ...SUBSCRIPTION_FILTER, isSubjectCaseSensitive: false });
  });

  test('stays within the limits of a subscription', () => {
    // https://learn.microsoft.com/azure/event-grid/event-filtering#limitations
    expect(deployed.advancedFilters?.flatMap(({ values }) => values).length).toBeLessThanOrEqual(25);
  });

  test.each(files)('%s', (file) => {
    const event = read(file);
    // Notifications come from another topic, which is not deployed.
    const isActedOn = nameOf(file).startsWith('eg-') && identify(event, READER).kind === 'work';
    expect(matches(event, deployed)).toBe(isActedOn || READ_TO_KNOW.includes(nameOf(file)));
  });

  test('what is let through only to be read is there, and is not acted on', () => {
    const only = files.filter((file) => READ_TO_KNOW.includes(nameOf(file)));
    expect(new Set(only.map(nameOf))).toEqual(new Set(READ_TO_KNOW));
    expect(only.filter((file) => identify(read(file), READER).kind !== 'ignored')).toEqual([]);
  });
});

describe('the delivery', () => {
  const storage = getWrite(deployment, 'Microsoft.Storage/storageAccounts').id;

  test('goes to the event queue, in a schema that is read, with an identity and no key', () => {
    expect(properties).toMatchObject({
      eventDeliverySchema: 'CloudEventSchemaV1_0',
      deliveryWithResourceIdentity: {
        identity: { type: 'SystemAssigned' },
        destination: {
          endpointType: 'StorageQueue',
          properties: { resourceId: storage, queueName: 'tapkeeper-events' },
        },
      },
    });
  });

  test('keeps what cannot be delivered, in a container that is there', () => {
    const kept = { resourceId: storage, blobContainerName: 'tapkeeper-dead-letters' };
    expect(properties).toMatchObject({
      deadLetterWithResourceIdentity: {
        identity: { type: 'SystemAssigned' },
        deadLetterDestination: { endpointType: 'StorageBlob', properties: kept },
      },
    });
    getWrite(deployment, 'Microsoft.Storage/storageAccounts/blobServices/containers', `/${kept.blobContainerName}`);
  });
});
