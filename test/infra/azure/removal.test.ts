import { describe, expect, test } from 'vitest';
import type { Deployment } from './bicep/deploy.ts';
import { deployMain as deployWith, HOME, writesOf } from './deployed.ts';

const ONE = '11111111-2222-3333-4444-555555555555';
const OTHER = 'bbbbbbbb-7777-8888-9999-000000000000';
const TOPIC = { subscription: OTHER.toUpperCase(), resourceGroup: 'Default-EventGrid', name: 'theirs' };

const deployMain = (given: Readonly<Record<string, unknown>> = {}): Deployment =>
  deployWith({ subscriptions: [ONE, OTHER], ...given });

/** The outputs that removal reads. */
interface Outputs {
  readonly resourceGroup: string;
  readonly eventSubscriptionIds: readonly string[];
  readonly sourceRoles: readonly OfRole[];
  readonly tapRoles: readonly OfRole[];
  readonly tapAssignmentIds: readonly string[];
  readonly eventsGroups: readonly { readonly subscription: string; readonly resourceGroup: string }[];
}

interface OfRole {
  readonly scope: string;
  readonly role: string;
  readonly assignmentId: string;
}

/** What is still there after removing what the outputs name: a resource goes with what it is in. */
function leftOf({ writes, outputs }: Deployment): readonly string[] {
  const { resourceGroup, eventSubscriptionIds, sourceRoles, tapRoles, tapAssignmentIds, eventsGroups } =
    outputs as unknown as Outputs;
  const roles = [...sourceRoles, ...tapRoles];
  const removed = [
    ...eventSubscriptionIds,
    ...tapAssignmentIds,
    ...roles.map(({ assignmentId }) => assignmentId),
    ...roles.map(({ scope, role }) => `${scope}/providers/Microsoft.Authorization/roleDefinitions/${role}`),
    ...eventsGroups.map((group) => `/subscriptions/${group.subscription}/resourceGroups/${group.resourceGroup}`),
    `/subscriptions/${HOME}/resourceGroups/${resourceGroup}`,
  ].filter((id) => id !== '');
  const isRemoved = (id: string): boolean => removed.some((one) => id === one || id.startsWith(`${one}/`));
  return writes.map(({ id }) => id).filter((id) => !isRemoved(id));
}

describe('removing what the outputs name', () => {
  test('leaves nothing of a deployment behind', () => {
    const deployment = deployMain();
    expect(deployment.writes.length).toBeGreaterThan(40);
    expect(leftOf(deployment)).toEqual([]);
  });

  test('leaves nothing behind where everything is used', () => {
    const given = { tapSubscriptions: [ONE, OTHER], signInClientId: ONE, signInPrincipals: [OTHER] };
    expect(leftOf(deployMain({ ...given, systemTopics: [TOPIC] }))).toEqual([]);
  });

  test('leaves nothing behind of a deployment that keeps its own home', () => {
    expect(leftOf(deployMain({ subscriptions: [HOME] }))).toEqual([]);
  });
});

describe('a system topic', () => {
  test('is made in each subscription, with an identity', () => {
    const topics = writesOf(deployMain(), 'Microsoft.EventGrid/systemTopics');
    expect(topics.map(({ body }) => body)).toMatchObject(
      [ONE, OTHER].map((id) => ({
        location: 'global',
        identity: { type: 'SystemAssigned' },
        properties: { source: `/subscriptions/${id}`, topicType: 'Microsoft.Resources.Subscriptions' },
      })),
    );
  });

  test.each([
    [OTHER, OTHER.toUpperCase()],
    [OTHER.toUpperCase(), OTHER],
  ])('that is there is used, and neither written nor removed: %s, named as %s', (kept, named) => {
    const deployment = deployMain({ subscriptions: [ONE, kept], systemTopics: [{ ...TOPIC, subscription: named }] });
    const written = writesOf(deployment, 'Microsoft.EventGrid/systemTopics').map(({ id }) => id);
    expect(written).toEqual([expect.stringContaining(ONE)]);
    const { eventSubscriptionIds } = deployment.outputs as unknown as Outputs;
    expect(eventSubscriptionIds[1]).toContain(
      `${kept}/resourceGroups/Default-EventGrid/providers/Microsoft.EventGrid/systemTopics/theirs/eventSubscriptions/`,
    );
  });

  test('is watched: an alert for what is kept as undeliverable, and one for what is dropped', () => {
    const watched = writesOf(deployMain(), 'Microsoft.Insights/metricAlerts').map(({ id }) => id);
    expect(watched.filter((id) => id.includes(OTHER)).map((id) => id.split('-').at(-1))).toEqual([
      'DeadLetteredCount',
      'DroppedEventCount',
    ]);
  });

  test('that others use too is watched, each event subscription by itself', () => {
    const ours = writesOf(deployMain(), 'Microsoft.Insights/metricAlerts').filter(({ id }) => id.includes(OTHER));
    const each = [{ name: 'EventSubscriptionName', operator: 'Include', values: ['*'] }];
    expect(ours.map(({ body }) => body)).toMatchObject(
      ours.map(() => ({ properties: { criteria: { allOf: [{ dimensions: each }] } } })),
    );
    const { eventSubscriptionIds } = deployMain().outputs as unknown as Outputs;
    const name = eventSubscriptionIds[1]?.split('/').at(-1) ?? 'none';
    const told = ours.map(({ body }) => (body['properties'] as { readonly description: string }).description);
    expect(told.filter((text) => !text.includes(` ${name};`))).toEqual([]);
  });
});
