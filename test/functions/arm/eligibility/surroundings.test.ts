import { expect, test } from 'vitest';
import { createSurroundings } from '../../../../functions/arm/eligibility/surroundings.ts';
import { parseAccountId } from '../../../../shared/ids.ts';
import { denied, fakeExchange, listOf, type Said } from '../fake-exchange.ts';

const SUBSCRIPTION = parseAccountId('00000000-0000-4000-8000-000000000000');
const listAt = (type: string): string => `/subscriptions/${SUBSCRIPTION}/providers/microsoft.network/${type}`;
const idOf = (rest: string): string =>
  `/subscriptions/${SUBSCRIPTION}/resourceGroups/RG/providers/Microsoft.Network/${rest}`;

function over(said: Said) {
  let nowMs = 0;
  const { exchange, asked } = fakeExchange(said);
  const surroundings = createSurroundings(exchange, { now: () => nowMs });
  return { surroundings, asked, pass: (ms: number) => void (nowMs += ms) };
}

test('virtual networks are encrypted or not, and others than networks are left out', async () => {
  const { surroundings } = over({
    [listAt('virtualnetworks')]: listOf(
      { id: idOf('virtualNetworks/A'), properties: { encryption: { enabled: true, enforcement: 'AllowUnencrypted' } } },
      { id: idOf('virtualNetworks/B'), properties: { encryption: { enabled: false } } },
      { id: idOf('virtualNetworks/C'), properties: {} },
      { id: 'nothing' },
    ),
  });
  const { items, fault } = await surroundings.networks(SUBSCRIPTION, 'recent');
  expect([...items.values()]).toEqual(['encrypted', 'plain', 'plain']);
  expect(items.get(idOf('virtualNetworks/A').toLowerCase())).toBe('encrypted');
  expect(fault).toBeNull();
});

test('a list is remembered for ten minutes, unless it is asked for as it is now', async () => {
  const { surroundings, asked, pass } = over({ [listAt('loadbalancers')]: listOf({ id: idOf('loadBalancers/x') }) });
  const together = [1, 2].map(() => surroundings.balancers(SUBSCRIPTION, 'recent'));
  for (const { items } of await Promise.all(together)) expect(items.size).toBe(1);
  expect(asked).toHaveLength(1);
  pass(599_999);
  await surroundings.balancers(SUBSCRIPTION, 'recent');
  expect(asked).toHaveLength(1);
  await surroundings.balancers(SUBSCRIPTION, 'now');
  expect(asked).toHaveLength(2);
  pass(600_000);
  await surroundings.balancers(SUBSCRIPTION, 'recent');
  expect(asked).toHaveLength(3);
});

test('what is denied says which permission is missing, and is asked for again after a minute', async () => {
  const { surroundings, asked, pass } = over({ [listAt('virtualnetworks')]: denied });
  const { items, fault } = await surroundings.networks(SUBSCRIPTION, 'recent');
  expect(items.size).toBe(0);
  expect(fault?.message).toContain('Microsoft.Network/virtualNetworks/read');
  pass(59_999);
  await surroundings.networks(SUBSCRIPTION, 'recent');
  expect(asked).toHaveLength(1);
  pass(1);
  await surroundings.networks(SUBSCRIPTION, 'recent');
  expect(asked).toHaveLength(2);
});
