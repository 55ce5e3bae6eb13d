import { describe, expect, test } from 'vitest';
import { QUEUE_NAMES } from '../../../functions/queues.ts';
import { deployMain, getWrite, propertiesOf, readSource, writesOf } from './deployed.ts';

const deployment = deployMain();
const namesOf = (type: string): readonly string[] =>
  writesOf(deployment, type).map(({ id }) => id.split('/').at(-1) ?? '');

interface Policy {
  readonly rules: readonly { readonly definition: { readonly filters: { readonly prefixMatch: readonly string[] } } }[];
}

describe('the storage account', () => {
  test('is reached with an identity, over TLS, and by nobody without', () => {
    expect(getWrite(deployment, 'Microsoft.Storage/storageAccounts').body).toMatchObject({
      kind: 'StorageV2',
      properties: {
        allowSharedKeyAccess: false,
        allowBlobPublicAccess: false,
        minimumTlsVersion: 'TLS1_2',
        supportsHttpsTrafficOnly: true,
      },
    });
  });

  test('has a name that storage takes, whoever the owner is', () => {
    const { storageAccount } = deployMain({ owner: 'a'.repeat(31) }).outputs;
    expect(storageAccount).toMatch(/^[a-z0-9]{3,24}$/);
  });

  test("has the code's queues, and the container that its processes share", () => {
    expect(namesOf('Microsoft.Storage/storageAccounts/queueServices/queues')).toEqual(Object.values(QUEUE_NAMES));
    const containers = namesOf('Microsoft.Storage/storageAccounts/blobServices/containers');
    const source = readSource('functions/interruptions/blobs.ts');
    expect(containers.filter((name) => source.includes(`'${name}'`))).toEqual(['tapkeeper-interruptions']);
  });

  test('forgets machines and dead letters, and neither the slots nor the package', () => {
    const { policy } = propertiesOf(getWrite(deployment, 'Microsoft.Storage/storageAccounts/managementPolicies'));
    const { rules } = policy as Policy;
    expect(rules.flatMap(({ definition }) => definition.filters.prefixMatch)).toEqual([
      'tapkeeper-interruptions/units/',
      'tapkeeper-interruptions/stirs/',
      'tapkeeper-interruptions/refusals/',
      'tapkeeper-dead-letters/',
    ]);
  });
});
