import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { findResource } from '../../../functions/arm/resource-id.ts';

const GROUP = '/subscriptions/S/resourceGroups/My-Group_(1)';
const NIC = `${GROUP}/providers/Microsoft.Network/networkInterfaces/Nic.1`;

test('a resource and its child', () => {
  expect(findResource(NIC)).toEqual({
    id: NIC.toLowerCase(),
    subscription: 's',
    resourceGroup: 'my-group_(1)',
    type: 'microsoft.network/networkinterfaces',
    name: 'nic.1',
    parent: null,
  });
  expect(findResource(`${NIC}/tapConfigurations/x`)).toMatchObject({
    type: 'microsoft.network/networkinterfaces/tapconfigurations',
    name: 'x',
    parent: NIC.toLowerCase(),
  });
});

test.each([
  '',
  '/',
  GROUP,
  '/subscriptions/S/providers/Microsoft.Network/networkInterfaces/x',
  `${GROUP}/providers/Microsoft.Network/networkInterfaces`,
  `${GROUP}/providers/Microsoft.Network/networkInterfaces/..`,
  `${GROUP}/providers/Microsoft.Network/networkInterfaces/a%2fb`,
  `${NIC}?api-version=1`,
  `${NIC}#x`,
  `https://example.com${NIC}`,
  NIC.padEnd(3000, 'x'),
])('%j is no resource', (text) => {
  expect(findResource(text)).toBeNull();
});

test('whatever is one is in the one form of ids, and nothing throws', () => {
  const segment = fc.oneof(fc.string(), fc.constantFrom('subscriptions', 'resourceGroups', 'providers', 'a', '..', ''));
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 12 }), (segments) => {
      const resource = findResource(segments.join('/'));
      expect(resource === null || findResource(resource.id)?.id === resource.id).toBe(true);
    }),
  );
});
