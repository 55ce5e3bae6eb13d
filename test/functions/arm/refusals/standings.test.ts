import { beforeEach, describe, expect, test } from 'vitest';
import { halfWay, type Refusal } from '../../../../functions/arm/refusals/refusal.ts';
import { createStandings, type Standings, type Write } from '../../../../functions/arm/refusals/standings.ts';
import { parseAccountId, parseAttachmentId, parseTargetId } from '../../../../shared/ids.ts';

const ONE = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
const tap = (name: string) =>
  parseTargetId(`/subscriptions/t/resourceGroups/s/providers/Microsoft.Network/virtualNetworkTaps/${name}`);

interface Place {
  readonly subscription?: string;
  readonly group?: string;
  readonly nic?: string;
  readonly target?: string;
  readonly method?: Write['method'];
}
const write = ({
  subscription = ONE,
  group = 'rg',
  nic = 'nic',
  target = 'tap',
  method = 'PUT',
}: Place = {}): Write => ({
  method,
  attachment: parseAttachmentId(
    `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/networkInterfaces/${nic}/tapConfigurations/x`,
  ),
  target: tap(target),
});

const refusal = (code: string, rest: Partial<Refusal> = {}): Refusal => ({
  phase: 'answer',
  status: 403,
  codes: [code],
  said: '',
  policies: [],
  retryAfterSeconds: null,
  ...rest,
});

let nowMs: number;
let standings: Standings;
beforeEach(() => {
  nowMs = 0;
  standings = createStandings({ now: () => nowMs });
});

const learn = (said: Refusal, times = 1): void => {
  for (let time = 0; time < times; time += 1) standings.refuse(write({ nic: `nic-${time}` }), said);
};
const isRefused = (place: Place): boolean => standings.find(write(place)) !== null;

describe('what else is refused', () => {
  test.each<[string, Refusal, number, Place, boolean]>([
    ['nothing else', refusal('InvalidResourceReference'), 9, {}, false],
    [
      'a subscription without the feature',
      refusal('SubscriptionNotRegisteredForFeature'),
      1,
      { group: 'b', target: 'b' },
      true,
    ],
    ['not another subscription', refusal('SubscriptionNotRegisteredForFeature'), 1, { subscription: OTHER }, false],
    ['not a deletion', refusal('SubscriptionNotRegisteredForFeature'), 1, { method: 'DELETE' }, false],
    ['what goes to the same VTAP', refusal('RegionNotEnabledForFeature'), 1, { group: 'b' }, true],
    ['not what goes to another', refusal('RegionNotEnabledForFeature'), 1, { target: 'b' }, false],
    ['a group without a role, on the third', refusal('AuthorizationFailed'), 3, { target: 'b' }, true],
    ['a group without a role, not before', refusal('AuthorizationFailed'), 2, {}, false],
    ['not another group', refusal('AuthorizationFailed'), 3, { group: 'rg-b' }, false],
  ])('%s', (_, said, times, place, expected) => {
    learn(said, times);
    expect(isRefused(place)).toBe(expected);
  });

  test('what is under a lock, in whichever casing', () => {
    learn(refusal('ScopeLocked', { said: `scope(s) are locked: '/subscriptions/${ONE}/resourceGroups/RG'. Please` }));
    expect(isRefused({})).toBe(true);
    expect(isRefused({ group: 'rg-b' })).toBe(false);
  });

  test.each([
    [`/subscriptions/${ONE}/resourceGroups/rg`, true, false],
    [`/subscriptions/${ONE}`, true, true],
    ['/providers/Microsoft.Management/managementGroups/all', true, true],
  ])('what is under a policy of %s', (scope, here, beside) => {
    const assignment = `${scope}/providers/Microsoft.Authorization/policyAssignments/no-taps`;
    learn(refusal('RequestDisallowedByPolicy', { policies: [{ name: 'no-taps', assignment }] }), 3);
    expect([isRefused({}), isRefused({ group: 'b' }), isRefused({ subscription: OTHER })]).toEqual([
      here,
      beside,
      false,
    ]);
  });
});

describe('what failed half-way', () => {
  test.each<[string, string, Place, boolean]>([
    ['is known of the same VTAP', 'RegionNotEnabledForFeature', { group: 'b' }, true],
    ['is known of a VTAP that is full', 'VirtualNetworkTapLimitReached', { group: 'b' }, true],
    ['is not known of another VTAP', 'VirtualNetworkTapLimitReached', { target: 'b' }, false],
    ['is known of the subscription', 'SubscriptionNotRegisteredForFeature', { group: 'b', target: 'b' }, true],
    ['says nothing of others when it was cancelled', 'Canceled', { group: 'b' }, false],
  ])('%s', (_, code, place, expected) => {
    learn(halfWay(refusal(code)));
    expect(isRefused(place)).toBe(expected);
  });

  test('is no failed operation of those that are not tried', () => {
    learn(halfWay(refusal('RegionNotEnabledForFeature')));
    expect(standings.find(write())?.phase).toBe('answer');
  });

  test('of a full VTAP an answer is about the one that asked', () => {
    learn(refusal('VirtualNetworkTapLimitReached'));
    expect(isRefused({})).toBe(false);
  });
});

test('a success says that it is not so', () => {
  learn(refusal('AuthorizationFailed'), 2);
  standings.succeed(write({ nic: 'other' }));
  learn(refusal('AuthorizationFailed'), 1);
  expect(isRefused({})).toBe(false);
});

test('it holds for a minute, and is found out again after that', () => {
  learn(refusal('MissingSubscriptionRegistration'));
  learn(refusal('AuthorizationFailed'), 3);
  nowMs = 59_999;
  expect(isRefused({ method: 'PUT' })).toBe(true);
  nowMs = 60_000;
  expect(isRefused({})).toBe(false);
  learn(refusal('AuthorizationFailed'));
  expect(isRefused({})).toBe(false);
});

test('a run begins without what another was told, in its own subscription', () => {
  learn(refusal('MissingSubscriptionRegistration'));
  standings.forget(parseAccountId(OTHER));
  expect(isRefused({})).toBe(true);
  standings.forget(parseAccountId(ONE));
  expect(isRefused({})).toBe(false);
});
