import { describe, expect, test } from 'vitest';
import { classify, explain, findRefusal, type Refusal } from '../../../functions/arm/faults.ts';

const refuse = (status: number | null, code: string, said = ''): Refusal => ({
  status,
  codes: code === '' ? [] : [code],
  said,
  retryAfterSeconds: null,
});

describe('classify', () => {
  test.each([
    [404, 'NotFound', 'gone'],
    [404, 'ResourceNotFound', 'gone'],
    [404, '', 'gone'],
    [409, 'AnotherOperationInProgress', 'busy'],
    [429, 'RetryableError', 'busy'],
    [429, 'RetryableErrorDueToSomethingNew', 'busy'],
    [400, 'ReferencedResourceNotProvisioned', 'busy'],
    [null, 'OperationPreempted', 'conflict'],
    [409, '', 'conflict'],
    [412, '', 'conflict'],
    [429, '', 'throttled'],
    [429, 'OperationNotAllowed', 'throttled'],
    [429, 'SubscriptionRequestsThrottled', 'throttled'],
    [401, '', 'denied'],
    [403, 'LinkedAuthorizationFailed', 'denied'],
    [409, 'ScopeLocked', 'denied'],
    [400, 'SomethingLimitReached', 'quota'],
    [400, 'NeverHeardOf', 'unsupported'],
    [503, '', 'unreachable'],
    [null, 'NeverHeardOf', 'unexpected'],
    [400, 'InvalidResourceReference', 'destination-missing'],
  ])('%s %s is %s', (status, code, expected) => {
    const meaning = classify(refuse(status, code));
    expect('code' in meaning ? meaning.code : meaning.kind).toBe(expected);
  });

  test.each(['NIC is not on fastpath', 'the NIC is not on FastPath.', 'not on fast path'])(
    '"%s" needs a restart',
    (said) => {
      expect(classify(refuse(409, 'Anything', said))).toEqual({ kind: 'hold', code: 'needs-restart' });
    },
  );

  test('the most particular known code counts', () => {
    const refusal = { ...refuse(400, 'InvalidRequestFormat'), codes: ['InvalidRequestFormat', 'RetryableError'] };
    expect(classify(refusal)).toEqual({ kind: 'busy' });
  });
});

describe('findRefusal', () => {
  const inner = { code: 'Innermost', message: 'deep' };
  const error = {
    code: 'Outer',
    message: "for 'jane.doe@example.com'",
    details: [{ code: 'Inner', details: [inner] }, 'x'],
  };

  test('keeps nested details and names nobody', () => {
    const refusal = findRefusal({ status: 400, headers: { 'retry-after': '7' }, body: { error } });
    expect(refusal).toEqual({
      status: 400,
      codes: ['Outer', 'Inner', 'Innermost'],
      said: "for '(somebody)' deep",
      retryAfterSeconds: 7,
    });
    expect(refusal === null ? '' : explain(refusal)).toBe("400 Outer Inner Innermost; for '(somebody)' deep");
  });

  test.each([null, 'text', [], {}, { error: null }, { error: 'x' }, { error: { details: {} } }])(
    'survives %j',
    (body) => {
      expect(findRefusal({ status: 500, headers: { 'retry-after': 'x' }, body })).toMatchObject({
        codes: [],
        said: '',
      });
    },
  );

  test('survives details without end', () => {
    const endless: { details: unknown[]; code: string } = { code: 'A', details: [] };
    endless.details.push(endless);
    expect(findRefusal({ status: 400, headers: {}, body: { error: endless } })?.codes.length).toBeLessThan(10);
  });
});
