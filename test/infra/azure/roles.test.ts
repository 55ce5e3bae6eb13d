import { describe, expect, test } from 'vitest';
import { type Role, SOURCE_ROLE, TAP_ROLE, toRoleName } from '../../../functions/arm/roles.ts';
import { APP_ROLES, type Assigned, EVENT_GRID_ROLES } from '../../../functions/storage-roles.ts';
import type { Deployment } from './bicep/deploy.ts';
import { deployMain, getWrite, PRINCIPAL, propertiesOf, writesOf } from './deployed.ts';

const ONE = '11111111-2222-3333-4444-555555555555';
const OTHER = '66666666-7777-8888-9999-000000000000';
const TAPS = 'cccccccc-0000-4000-8000-000000000000';
const TAP = `/subscriptions/${ONE}/resourceGroups/sensors/providers/Microsoft.Network/virtualNetworkTaps/sensor`;

const DEFINITION = 'Microsoft.Authorization/roleDefinitions';
const ASSIGNMENT = 'Microsoft.Authorization/roleAssignments';

const deployment = deployMain({ subscriptions: [ONE, OTHER], taps: [TAP], tapSubscriptions: [TAPS] });

const definitionOf = (role: Role, subscription: string): unknown => ({
  roleName: toRoleName(role, 'soc', subscription),
  description: role.description('soc'),
  type: 'CustomRole',
  permissions: [{ actions: role.actions }],
  assignableScopes: [`/subscriptions/${subscription}`],
});

interface Assignment {
  readonly scope: string;
  readonly principalId: string;
  readonly principalType: string;
  /** The id of its definition. */
  readonly role: string;
}

const assignmentsOf = (of: Deployment): readonly Assignment[] =>
  writesOf(of, ASSIGNMENT).map((write) => {
    const { principalId, principalType, roleDefinitionId } = propertiesOf(write) as Readonly<Record<string, string>>;
    const scope = write.id.slice(0, write.id.lastIndexOf(`/providers/${ASSIGNMENT}`));
    return { scope, principalId: principalId ?? '', principalType: principalType ?? '', role: roleDefinitionId ?? '' };
  });

/** The ids of the custom roles, by their names. */
const rolesOf = (of: Deployment): Readonly<Record<string, string>> =>
  Object.fromEntries(writesOf(of, DEFINITION).map((write) => [propertiesOf(write)['roleName'] as string, write.id]));

const guidOf = (role: string): string => role.split('/').at(-1) ?? '';

describe('the custom roles', () => {
  test("are the code's, one of each side in each of its subscriptions", () => {
    const expected = [
      definitionOf(SOURCE_ROLE, ONE),
      definitionOf(SOURCE_ROLE, OTHER),
      definitionOf(TAP_ROLE, TAPS),
      definitionOf(TAP_ROLE, ONE),
    ];
    expect(writesOf(deployment, DEFINITION).map(propertiesOf)).toEqual(expected);
  });

  test('are assigned to the identity, where they are needed and nowhere else', () => {
    const custom = new Map(Object.entries(rolesOf(deployment)).map(([name, id]) => [id, name]));
    const assigned = assignmentsOf(deployment).filter(({ role }) => custom.has(role));
    expect(assigned.map(({ scope, role }) => [scope, custom.get(role)])).toEqual([
      [`/subscriptions/${ONE}`, `tapkeeper-soc source ${ONE}`],
      [`/subscriptions/${OTHER}`, `tapkeeper-soc source ${OTHER}`],
      [`/subscriptions/${TAPS}`, `tapkeeper-soc tap ${TAPS}`],
      [TAP, `tapkeeper-soc tap ${ONE}`],
    ]);
    expect(new Set(assigned.map(({ principalId }) => principalId))).toEqual(new Set([PRINCIPAL]));
  });

  test('on VTAPs are there once, however a subscription is written and named', () => {
    const taps = [TAP, `${TAP}2`].map((tap) => tap.replace(ONE, TAPS));
    const both = deployMain({ taps, tapSubscriptions: [TAPS.toUpperCase()] });
    const names = Object.keys(rolesOf(both)).map((name) => name.toLowerCase());
    expect(writesOf(both, DEFINITION)).toHaveLength(3);
    expect(names).toContain(`tapkeeper-soc tap ${TAPS}`);
  });

  test('of a second deployment of the owner have the same names and other ids, so that it fails', () => {
    const second = deployMain({ subscriptions: [OTHER] }, 'bbbbbbbb-0000-4000-8000-000000000000');
    const name = `tapkeeper-soc source ${OTHER}`;
    expect(rolesOf(second)[name]).toBeDefined();
    expect(rolesOf(second)[name]).not.toBe(rolesOf(deployment)[name]);
  });

  test('of one deployment keep their ids when it is deployed again with another subscription', () => {
    const again = deployMain({ subscriptions: [OTHER], taps: [], tapSubscriptions: [] });
    const ids = new Set(writesOf(deployment, DEFINITION).map(({ id }) => id));
    expect(writesOf(again, DEFINITION).filter(({ id }) => !ids.has(id))).toEqual([]);
  });
});

describe('the built-in roles', () => {
  const storage = getWrite(deployment, 'Microsoft.Storage/storageAccounts').id;
  const insights = getWrite(deployment, 'Microsoft.Insights/components').id;
  const placeOf: Readonly<Record<Assigned['on'], string>> = {
    'the storage account': storage,
    'the event queue': getWrite(deployment, 'Microsoft.Storage/storageAccounts/queueServices/queues', '-events').id,
    'the container of undelivered events': getWrite(
      deployment,
      'Microsoft.Storage/storageAccounts/blobServices/containers',
      '-dead-letters',
    ).id,
  };
  const placed = (roles: readonly Assigned[]): readonly string[] =>
    roles.map(({ role, on }) => `${placeOf[on]}: ${role.id}`).sort();
  const onStorage = (isWanted: (principal: string) => boolean): readonly string[] =>
    assignmentsOf(deployment)
      .filter(({ scope, principalId }) => scope.startsWith(storage) && isWanted(principalId))
      .map(({ scope, role }) => `${scope}: ${guidOf(role)}`)
      .sort();

  test("of the app on storage are the code's", () => {
    expect(onStorage((principal) => principal === PRINCIPAL)).toEqual(placed(APP_ROLES));
  });

  test.each([ONE, OTHER])('of the topic of %s on storage are the least that deliver', (subscription) => {
    const isTopics = (principal: string): boolean => principal.includes(subscription);
    expect(onStorage(isTopics)).toEqual(placed(EVENT_GRID_ROLES));
  });

  test('let the app send telemetry, for which there is no key', () => {
    const sent = assignmentsOf(deployment).filter(({ scope }) => scope === insights);
    // https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/monitor#monitoring-metrics-publisher
    const publisher = '3913510d-42f4-4e42-8a64-420c390055eb';
    expect(sent.map(({ principalId, role }) => [principalId, guidOf(role)])).toEqual([[PRINCIPAL, publisher]]);
    expect(getWrite(deployment, 'Microsoft.Insights/components').body).toMatchObject({
      properties: { DisableLocalAuth: true },
    });
  });

  test('and the custom ones are for principals that may be too new to be found', () => {
    const types = assignmentsOf(deployment).map(({ principalType }) => principalType);
    expect(new Set(types)).toEqual(new Set(['ServicePrincipal']));
  });
});
