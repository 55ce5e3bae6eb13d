import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { describe, expect, test } from 'vitest';
import { deployMain } from '../deployed.ts';
import { deployWith } from '../destination/deployed.ts';
import { derive } from './derive.ts';
import { misfitsOf, type Model } from './model.ts';
import { INSTALL, ORIGINS, WITHOUT } from './packages.ts';

const FILE = new URL('models.json', import.meta.url).pathname;
const SOMEBODY = '33333333-3333-3333-3333-333333333333';
const BALANCER = { kind: 'newLoadBalancer', name: 'sensors', subnet: '/subnet', address: '10.0.0.4' };

/** Everything that the templates can write: with each kind of parameter that makes a body another one. */
const writes = [
  deployMain({ signInClientId: SOMEBODY, signInPrincipals: [SOMEBODY], tags: { costCenter: '4711' } }),
  deployWith({ tags: { costCenter: '4711' } }),
  deployWith({
    securityGroup: { kind: 'newSecurityGroup', name: 'sensors' },
    sourceAddresses: ['10.0.0.0/16', '10.1.0.0/16'],
  }),
  deployWith({ entry: BALANCER }),
  deployWith({ entry: { kind: 'collectorIpConfiguration', id: '/ipConfiguration' } }),
].flatMap((deployment) => deployment.writes);

const bodiesOf = (type: string): readonly unknown[] =>
  writes.filter((write) => write.type === type).map(({ body }) => body);

const models = JSON.parse(readFileSync(FILE, 'utf8')) as readonly Model[];
const getModel = (type: string): Model => {
  const found = models.find((model) => model.type === type);
  if (found === undefined) throw new Error(`models.json has no ${type}. Derive it again: ${INSTALL}`);
  return found;
};

describe('what is written', () => {
  const types = [...new Set(writes.map(({ type }) => type))].filter((type) => !(type in WITHOUT));

  test.each(types)("is as the provider's model has it: %s", (type) => {
    expect(bodiesOf(type).flatMap((body) => misfitsOf(body, getModel(type)))).toEqual([]);
  });

  test('is all that there are models of', () => {
    expect(models.map(({ type }) => type).sort()).toEqual(types.toSorted());
  });

  test('is of the versions that the models are of, but for these', () => {
    const others = models.flatMap(({ type, version }) => {
      const written = writes.find((write) => write.type === type)?.version ?? '';
      return written === version ? [] : [`${type}: ${written}, by the model of ${version}`];
    });
    expect(others.toSorted()).toEqual([
      'Microsoft.EventGrid/systemTopics/eventSubscriptions: 2025-02-15, by the model of 2022-06-15',
      'Microsoft.EventGrid/systemTopics: 2025-02-15, by the model of 2022-06-15',
      'Microsoft.Insights/actionGroups: 2023-01-01, by the model of 2021-09-01',
      'Microsoft.ManagedIdentity/userAssignedIdentities: 2023-01-31, by the model of 2024-11-30',
      'Microsoft.OperationalInsights/workspaces: 2023-09-01, by the model of 2022-10-01',
      'Microsoft.Resources/resourceGroups: 2024-03-01, by the model of 2025-03-01',
    ]);
  });
});

describe('a body is not as the model has it', () => {
  const tap = 'Microsoft.Network/virtualNetworkTaps';
  const found = (type: string, body: unknown): string => misfitsOf(body, getModel(type)).join('; ');

  test.each([
    [
      'a property that there is not',
      { properties: { destinationPorts: 4789 } },
      'properties.destinationPorts is no property',
    ],
    ['a value of another kind', { properties: { destinationPort: '4789' } }, 'properties.destinationPort is no number'],
    [
      'what only Azure writes',
      { properties: { provisioningState: 'Succeeded' } },
      'properties.provisioningState is no property',
    ],
  ])('%s', (_, body, says) => {
    expect(found(tap, body)).toContain(says);
  });

  test('a text that is none of those that are known', () => {
    const probe = { name: 'probe', properties: { protocol: 'Udp', port: 22 } };
    expect(found('Microsoft.Network/loadBalancers', { properties: { probes: [probe] } })).toContain(
      'protocol: Udp is none of',
    );
  });

  test('what has to be there, and is not', () => {
    expect(found('Microsoft.Authorization/roleAssignments', { properties: { principalId: 'a' } })).toContain(
      'roleDefinitionId is missing',
    );
  });
});

const { ARM_PACKAGES: folder } = process.env;

/** With `--update` this writes models.json. Where the packages are not, {@link INSTALL} gets them. */
test.skipIf(folder === undefined)(
  'the models are what the packages say, which ARM_PACKAGES names the folder of',
  async () => {
    const derived = await Promise.all(
      [...ORIGINS].map(([type, origin]) => derive(folder ?? '', type, origin, bodiesOf(type))),
    );
    const text = await format(JSON.stringify(derived), { ...(await resolveConfig(FILE)), filepath: FILE });
    await expect(text).toMatchFileSnapshot(FILE);
  },
);
