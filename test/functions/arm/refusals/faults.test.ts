import { describe, expect, test } from 'vitest';
import { CALLS, needsOf } from '../../../../functions/arm/permissions.ts';
import { breadthOf, classify, explain, isInPlaceRefusal } from '../../../../functions/arm/refusals/faults.ts';
import { halfWay, type Refusal } from '../../../../functions/arm/refusals/refusal.ts';
import type { About } from '../../../../functions/arm/refusals/remedies.ts';
import { parseTargetId } from '../../../../shared/ids.ts';

const SUBSCRIPTION = '11111111-1111-4111-8111-111111111111';
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
const ID = `${GROUP}/providers/Microsoft.Network/networkInterfaces/nic/tapConfigurations/tapkeeper-v1-soc`;
const VTAP = parseTargetId(
  `/subscriptions/s2/resourceGroups/sensors/providers/Microsoft.Network/virtualNetworkTaps/tap`,
);
const CALLER =
  "The client 'cccccccc-0000-4000-8000-000000000001' with object id 'cccccccc-0000-4000-8000-000000000002'";
const WRITING: About = { address: ID, target: VTAP, needs: needsOf(CALLS.putTapConfiguration) };

const refuse = (status: number | null, code: string, said = ''): Refusal => ({
  phase: 'answer',
  status,
  codes: code === '' ? [] : code.split(' '),
  said,
  policies: [],
  retryAfterSeconds: null,
});

const meant = (refusal: Refusal): string => {
  const meaning = classify(refusal);
  return 'code' in meaning ? `${meaning.kind} ${meaning.code}` : meaning.kind;
};

/** What Azure is known to refuse with, and what becomes of it in an answer and at the end of an operation. */
const ROWS: readonly (readonly [status: number, codes: string, said: string, answer: string, operation: string])[] = [
  [400, 'Anything', 'NIC is not on fastpath', 'hold needs-restart', 'hold needs-restart'],
  [409, 'NicNotOnFastPath', '', 'hold needs-restart', 'hold needs-restart'],
  [400, 'RegionNotEnabledForFeature', '', 'fault unsupported', 'hold operation-failed'],
  [403, 'SubscriptionNotRegisteredForFeature', '', 'fault unsupported', 'hold operation-failed'],
  [400, 'SubscriptionNotRegisteredForFeature', '', 'fault unsupported', 'hold operation-failed'],
  [409, 'MissingSubscriptionRegistration', '', 'fault unsupported', 'hold operation-failed'],
  [400, 'InvalidRequestFormat InvalidJsonReferenceWrongType', '', 'fault unsupported', 'hold operation-failed'],
  [400, 'InvalidResourceReference', '', 'hold destination-missing', 'hold operation-failed'],
  [404, 'ResourceNotFound', '', 'gone', 'hold operation-failed'],
  [404, 'NotFound', '', 'gone', 'hold operation-failed'],
  [404, 'ParentResourceNotFound', '', 'gone', 'hold operation-failed'],
  [403, 'RequestDisallowedByPolicy', '', 'fault denied', 'hold operation-failed'],
  [403, 'LinkedAuthorizationFailed', '', 'fault denied', 'hold operation-failed'],
  [403, 'AuthorizationFailed', '', 'fault denied', 'hold operation-failed'],
  [409, 'ScopeLocked', '', 'fault denied', 'hold operation-failed'],
  [409, 'ReadOnlyDisabledSubscription', '', 'fault denied', 'hold operation-failed'],
  [401, 'InvalidAuthenticationTokenTenant', '', 'fault denied', 'hold operation-failed'],
  [409, 'AnotherOperationInProgress', '', 'busy', 'hold operation-failed'],
  [429, 'RetryableError', '', 'busy', 'hold operation-failed'],
  [429, 'RetryableErrorDueToAnotherOperation', '', 'busy', 'hold operation-failed'],
  [429, 'RetryableErrorDueToSomethingNew', '', 'busy', 'hold operation-failed'],
  [400, 'ReferencedResourceNotProvisioned', '', 'busy', 'hold operation-failed'],
  [429, 'ReferencedResourceNotProvisioned', '', 'busy', 'hold operation-failed'],
  [409, 'Canceled', '', 'conflict', 'hold operation-failed'],
  [409, 'OperationPreempted', '', 'conflict', 'hold operation-failed'],
  [412, 'PreconditionFailed', '', 'conflict', 'hold operation-failed'],
  [429, 'TooManyRequests', '', 'fault throttled', 'hold operation-failed'],
  [429, 'SubscriptionRequestsThrottled', '', 'fault throttled', 'hold operation-failed'],
  [429, 'OperationNotAllowed', '', 'fault throttled', 'hold operation-failed'],
  [429, 'SubscriptionRequestLimitExceeded', '', 'fault throttled', 'hold operation-failed'],
  [400, 'VirtualNetworkTapLimitReached', '', 'hold destination-full', 'hold operation-failed'],
  [400, 'QuotaExceeded', '', 'hold destination-full', 'hold operation-failed'],
  [400, 'NetworkInterfaceTapConfigurationLimitReached', '', 'conflict', 'hold operation-failed'],
  [500, 'InternalServerError', '', 'fault unreachable', 'hold operation-failed'],
  [400, 'NeverHeardOf', '', 'fault unsupported', 'hold operation-failed'],
];

describe('classify', () => {
  test.each(ROWS)('%s %s %s', (status, codes, said, answer, operation) => {
    expect(meant(refuse(status, codes, said))).toBe(answer);
    // An operation tells no status, but what it ended with may have one.
    expect(meant(halfWay(refuse(status, codes, said)))).toBe(operation);
  });

  test.each([
    [401, 'fault denied'],
    [403, 'fault denied'],
    [404, 'gone'],
    [408, 'fault unreachable'],
    [409, 'conflict'],
    [412, 'conflict'],
    [429, 'fault throttled'],
    [503, 'fault unreachable'],
    [422, 'fault unsupported'],
  ])('%s without a code is %s', (status, expected) => {
    expect(meant(refuse(status, ''))).toBe(expected);
  });

  test('an operation that fails with what nobody knows is withheld', () => {
    expect(meant(halfWay(refuse(null, 'NeverHeardOf')))).toBe('hold operation-failed');
    expect(meant(halfWay(refuse(null, '')))).toBe('hold operation-failed');
  });

  test.each(['NIC is not on fastpath', 'the NIC is not on FastPath.', 'not on fast path', 'not on fast-path'])(
    '"%s" needs a restart',
    (said) => {
      expect(meant(refuse(409, 'Anything', said))).toBe('hold needs-restart');
    },
  );

  const nic = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-fastpath/providers/Microsoft.Network/networkInterfaces/not-on-fastpath`;

  test.each([
    [403, 'AuthorizationFailed', `over scope '${nic}' or the scope is invalid.`, 'fault denied'],
    [409, 'ScopeLocked', `The scope '${nic}' is not on fastpath`, 'fault denied'],
    [409, 'AnotherOperationInProgress', `in progress: ${nic}`, 'busy'],
    [429, 'TooManyRequests', `quota of ${nic}`, 'fault throttled'],
    [429, '', 'the NIC is not on fastpath', 'fault throttled'],
    [503, '', 'the NIC is not on fastpath', 'fault unreachable'],
    [404, 'NotFound', `Resource ${nic}/tapConfigurations/x not found.`, 'gone'],
    [409, 'Unheard', `Resource ${nic}/tapConfigurations/x cannot be written.`, 'conflict'],
    [400, 'Unheard', `the name 'not on fastpath' is taken`, 'fault unsupported'],
    [400, 'Unheard', 'the name "not on fastpath" is taken', 'fault unsupported'],
    [400, 'Unheard', 'the fastpath of it is in use', 'fault unsupported'],
    [400, 'InvalidRequestFormat', 'the NIC is not yet on fastpath', 'hold needs-restart'],
  ])('names are no words of the cloud: %s %s %s', (status, code, said, expected) => {
    expect(meant(refuse(status, code, said))).toBe(expected);
  });

  test('an operation says it in words as well, beside a code that nobody knows', () => {
    expect(meant(halfWay(refuse(null, 'Failed', `${nic} is not on fastpath`)))).toBe('hold needs-restart');
    expect(meant(halfWay(refuse(null, 'Failed', `${nic} failed`)))).toBe('hold operation-failed');
  });

  test('the most particular known code counts', () => {
    expect(meant(refuse(400, 'InvalidRequestFormat RetryableError Unheard'))).toBe('busy');
  });
});

describe('what helps', () => {
  const remedy = (refusal: Refusal, about: About = WRITING): string => explain(refusal, about);

  test('a feature and a provider that are not registered: the commands', () => {
    const provider = `az provider register --namespace Microsoft.Network --subscription ${SUBSCRIPTION}`;
    const feature = `az feature register --namespace Microsoft.Network --name AllowVirtualNetworkTap --subscription ${SUBSCRIPTION}`;
    expect(remedy(refuse(403, 'SubscriptionNotRegisteredForFeature'))).toContain(`run: ${feature} && ${provider}`);
    expect(remedy(refuse(409, 'MissingSubscriptionRegistration'))).toContain(`run: ${provider}`);
    const machines = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Compute/virtualMachines`;
    const about = { address: machines, target: null, needs: needsOf(CALLS.listMachines) };
    expect(remedy(refuse(409, 'MissingSubscriptionRegistration'), about)).toContain('--namespace Microsoft.Compute ');
  });

  test('a VTAP that may not be joined: the permission, the VTAP and the identity', () => {
    const text = remedy(refuse(403, 'LinkedAuthorizationFailed', `${CALLER} has permission`));
    expect(text).toContain(`grant Microsoft.Network/virtualNetworkTaps/join/action on ${VTAP}`);
    expect(text).toContain('to the identity with object id cccccccc-0000-4000-8000-000000000002');
    expect(text).not.toContain('tapConfigurations/write');
  });

  test('a permission that is missing: all that the call needs, and where', () => {
    const text = remedy(refuse(403, 'AuthorizationFailed', `${CALLER} does not have authorization`));
    for (const permission of needsOf(CALLS.putTapConfiguration)) expect(text).toContain(permission);
    expect(text).toContain(`on ${ID}: grant it to the identity with object id cccccccc-`);
    expect(text).toContain('takes minutes');
    expect(remedy(refuse(403, ''))).toContain('grant it to the identity of tapkeeper');
  });

  test('a policy: the name of its assignment, and no permission', () => {
    const assignment = `${GROUP}/providers/Microsoft.Authorization/policyAssignments/no-taps`;
    const policies = [{ name: 'No taps here', assignment }];
    const text = remedy({ ...refuse(403, 'RequestDisallowedByPolicy'), policies });
    expect(text).toContain(`exempt TAP configurations from the policy assignment No taps here (${assignment})`);
    expect(text).not.toContain('grant');
    expect(remedy(refuse(403, 'RequestDisallowedByPolicy'))).toContain('from the policy');
  });

  test.each([
    `are locked: '${GROUP}'. Please remove the lock and try again.`,
    `are locked: '${GROUP},${GROUP}/providers/Microsoft.Network/networkInterfaces/nic'. Please`,
    `are locked: '${GROUP}', '${GROUP}/providers/Microsoft.Network/networkInterfaces/nic'. Please`,
  ])('a lock: where it is: %s', (said) => {
    const refusal = refuse(
      409,
      'ScopeLocked',
      `The scope '${ID}' cannot perform write operation because scope(s) ${said}`,
    );
    expect(remedy(refusal)).toContain(`remove the lock on ${GROUP}`);
    expect(remedy(refusal).split('remove the lock on')[1]).not.toContain(ID);
    expect(remedy(refusal)).not.toContain('grant');
  });

  test('a lock that names no scope is looked for above what was written', () => {
    expect(remedy(refuse(409, 'ScopeLocked', 'locked'))).toContain(`remove the lock on ${ID} or above it`);
  });

  test('a region, another tenant, a disabled subscription and a wrong reference say what to change', () => {
    expect(remedy(refuse(400, 'RegionNotEnabledForFeature'))).toContain('exclude the region by rule');
    expect(remedy(refuse(401, 'InvalidAuthenticationTokenTenant'))).toContain(
      `subscription ${SUBSCRIPTION} is of another tenant`,
    );
    expect(remedy(refuse(409, 'ReadOnlyDisabledSubscription'))).toContain(`enable subscription ${SUBSCRIPTION}`);
    expect(remedy(refuse(400, 'InvalidRequestFormat InvalidJsonReferenceWrongType'))).toContain(
      'correct the destination',
    );
  });

  test('status, codes and words come first, each once', () => {
    expect(remedy(refuse(400, 'Outer Inner Outer', 'words'))).toBe('400 Outer Inner; words');
  });
});

test.each([
  ['RegionNotEnabledForFeature', 'target'],
  ['LinkedAuthorizationFailed', 'target'],
  ['MissingSubscriptionRegistration', 'subscription'],
  ['AuthorizationFailed', 'group'],
  ['ScopeLocked', 'scope'],
  ['InvalidResourceReference', 'one'],
  ['NeverHeardOf', 'one'],
])('%s is about %s', (code, breadth) => {
  expect(breadthOf(refuse(400, code))).toBe(breadth);
});

describe('a refusal to change what exists', () => {
  test.each([
    [400, 'PropertyChangeNotAllowed', ''],
    [409, 'PropertyChangeNotAllowed', ''],
    [400, 'InvalidRequestFormat', 'virtualNetworkTap cannot be changed'],
    [400, 'Other', 'Updating the tap of a configuration is not supported.'],
    [405, 'ResourceImmutable', 'it is immutable'],
  ])('%s %s %s', (status, code, said) => {
    expect(isInPlaceRefusal(refuse(status, code, said))).toBe(true);
    expect(isInPlaceRefusal(halfWay(refuse(status, code, said)))).toBe(false);
  });

  test.each([
    [400, 'InvalidRequestFormat', 'no'],
    [409, 'AnotherOperationInProgress', 'cannot be changed'],
    [409, 'Other', 'it cannot be updated while another operation is in progress'],
    [409, 'ScopeLocked', 'cannot be changed'],
    [403, 'RequestDisallowedByPolicy', 'change not allowed'],
    [403, '', 'change not allowed'],
    [429, '', 'change not allowed'],
    [400, 'VirtualNetworkTapLimitReached', 'change not allowed'],
    [400, 'InvalidResourceReference', 'cannot be changed'],
    [400, 'RegionNotEnabledForFeature', 'cannot be changed'],
    [412, 'PreconditionFailed', 'cannot be changed'],
    [404, 'NotFound', 'cannot be changed'],
    [500, 'InternalServerError', 'cannot be changed'],
  ])('is not %s %s %s', (status, code, said) => {
    expect(isInPlaceRefusal(refuse(status, code, said))).toBe(false);
  });
});
