import { expect, test } from 'vitest';
import { compose } from '../../functions/compose.ts';

const SUBSCRIPTION = '0000AAAA-0000-4000-8000-000000000000';

test('composing asks nothing and keeps the subscriptions that are named', async () => {
  const deps = compose({ TAPKEEPER_SUBSCRIPTIONS: ` ${SUBSCRIPTION} ,, ${SUBSCRIPTION.toLowerCase()}` });
  expect(await deps.cloud.scopes()).toEqual([{ cloud: 'azure', account: SUBSCRIPTION.toLowerCase(), region: null }]);
});

test.each([{}, { TAPKEEPER_SUBSCRIPTIONS: ' , ' }])('an app that keeps no subscription says so: %j', (env) => {
  expect(() => compose(env)).toThrow(
    expect.objectContaining({
      code: 'config-invalid',
      message: expect.stringContaining('TAPKEEPER_SUBSCRIPTIONS is not set') as string,
    }) as Error,
  );
});

test('a fresh deployment observes, and the mode is read each time', () => {
  const env: Record<string, string> = { TAPKEEPER_SUBSCRIPTIONS: SUBSCRIPTION };
  const { mode } = compose(env);
  expect(mode()).toBe('observe');
  env['TAPKEEPER_MODE'] = 'paused';
  expect(mode()).toBe('paused');
  env['TAPKEEPER_MODE'] = 'ENFORCE';
  expect(mode).toThrow(/TAPKEEPER_MODE is "ENFORCE"/);
});

test.each([undefined, '', ' 10 '])('a capacity of %j is understood', (capacity) => {
  expect(() => compose({ TAPKEEPER_SUBSCRIPTIONS: SUBSCRIPTION, TAPKEEPER_TAP_CAPACITY: capacity })).not.toThrow();
});

test.each(['ten', '0', '-1', '1.5', 'Infinity'])('a capacity of %s is refused', (capacity) => {
  const env = { TAPKEEPER_SUBSCRIPTIONS: SUBSCRIPTION, TAPKEEPER_TAP_CAPACITY: capacity };
  expect(() => compose(env)).toThrow(/TAPKEEPER_TAP_CAPACITY is ".*"; it is a whole number/);
});

test('what is no subscription is named', () => {
  expect(() => compose({ TAPKEEPER_SUBSCRIPTIONS: 'production' })).toThrow(/TAPKEEPER_SUBSCRIPTIONS: "production"/);
});

test('a rules file that is missing is config-invalid, and named', async () => {
  const { rules } = compose({ TAPKEEPER_SUBSCRIPTIONS: SUBSCRIPTION, TAPKEEPER_RULES: '/nowhere/rules.yaml' });
  await expect(rules.load()).rejects.toMatchObject({
    code: 'config-invalid',
    message: expect.stringContaining('/nowhere/rules.yaml') as string,
  });
});
