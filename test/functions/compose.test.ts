import { expect, test } from 'vitest';
import { compose } from '../../functions/compose.ts';
import { Fault } from '../../shared/fault.ts';
import { parseAccountId, parseRegion } from '../../shared/ids.ts';
import type { Scope } from '../../shared/words.ts';

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

test('all subscriptions are kept without being asked for, and nothing of another cloud', () => {
  const { cloud } = compose({ TAPKEEPER_SUBSCRIPTIONS: ' * ' });
  const scope = { account: parseAccountId(SUBSCRIPTION) };
  expect(cloud.keeps({ ...scope, cloud: 'azure', region: null })).toBe(true);
  expect(cloud.keeps({ ...scope, cloud: 'aws', region: parseRegion('us-east-1') })).toBe(false);
});

test('all of them and one is a mistake', () => {
  expect(() => compose({ TAPKEEPER_SUBSCRIPTIONS: `*,${SUBSCRIPTION}` })).toThrow(/"\*".*stands alone/);
});

test.each([
  [{ AzureWebJobsStorage__accountName: 'account' }, 'blobs'],
  [{ AzureWebJobsStorage__blobServiceUri: 'https://account.blob.core.windows.net' }, 'blobs'],
  [{ AzureWebJobsStorage: '' }, 'this process'],
  [{}, 'this process'],
])('with %j interruptions are remembered in %s', async (storage, where) => {
  const pause = () => Promise.resolve();
  const credential = { getToken: () => Promise.reject(new Fault('denied', 'nobody')) };
  const { interruptions } = compose({ TAPKEEPER_SUBSCRIPTIONS: SUBSCRIPTION, ...storage }, { credential, pause });
  const scope: Scope = { cloud: 'azure', account: parseAccountId(SUBSCRIPTION), region: null };
  const take = (): Promise<unknown> => interruptions.take({ scope, unit: 'a', limit: 1 });
  if (where === 'blobs') await expect(take()).rejects.toThrow('nobody');
  else expect(await take()).toMatchObject({ kind: 'taken' });
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
