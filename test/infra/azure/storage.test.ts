import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { QUEUE_NAMES } from '../../../functions/queues.ts';
import { findProperty, getResource, getTemplate, readBicepFiles, toData } from './bicep.ts';

const storage = getTemplate(await readBicepFiles(), 'storage.bicep');
const valueOf = (name: string): unknown => {
  const found = storage.variables.find((one) => one.name === name);
  return found === undefined ? undefined : toData(found.value);
};

describe('the storage account', () => {
  test('is reached with an identity, over TLS, and by nobody without', () => {
    expect(toData(getResource(storage, 'storage').declared)).toMatchObject({
      kind: 'StorageV2',
      properties: {
        allowSharedKeyAccess: false,
        allowBlobPublicAccess: false,
        minimumTlsVersion: 'TLS1_2',
        supportsHttpsTrafficOnly: true,
      },
    });
  });

  test("has the code's queues, and the container that its processes share", () => {
    expect({ event: valueOf('eventQueue'), bulk: valueOf('bulkQueue') }).toEqual(QUEUE_NAMES);
    const { declared } = getResource(storage, 'queues');
    expect(declared.kind === 'loop' ? toData(declared.over) : null).toEqual(['[eventQueue]', '[bulkQueue]']);
    const source = readFileSync(new URL('../../../functions/interruptions/blobs.ts', import.meta.url), 'utf8');
    expect(source).toContain(`'${String(valueOf('interruptionsContainer'))}'`);
  });

  test('forgets machines and dead letters, and neither the slots nor the package', () => {
    const rules = findProperty(getResource(storage, 'lifecycle').declared, 'properties', 'policy', 'rules');
    const deleted = (rules?.kind === 'array' ? rules.items : []).flatMap((rule) => {
      const prefixes = findProperty(rule, 'definition', 'filters', 'prefixMatch');
      return prefixes?.kind === 'array' ? prefixes.items.map(({ source }) => source) : [];
    });
    expect(deleted).toEqual([
      "'${interruptionsContainer}/units/'",
      "'${interruptionsContainer}/stirs/'",
      "'${interruptionsContainer}/refusals/'",
      "'${deadLetterContainer}/'",
    ]);
  });
});
