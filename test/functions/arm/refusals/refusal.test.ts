import { describe, expect, test } from 'vitest';
import { findRefusal, findRetryAfterSeconds } from '../../../../functions/arm/refusals/refusal.ts';

const refusalOf = (body: unknown, headers: Record<string, string> = {}) => findRefusal({ status: 400, headers, body });

describe('what is kept of a refusal', () => {
  test('nested details, and nobody by name', () => {
    const inner = { code: 'Innermost', message: 'deep' };
    const error = {
      code: 'Outer',
      message: "for 'jane.doe@example.com'",
      details: [{ code: 'Inner', details: [inner] }, 'x', null],
    };
    expect(refusalOf({ error }, { 'retry-after': '7' })).toEqual({
      phase: 'answer',
      status: 400,
      codes: ['Outer', 'Inner', 'Innermost'],
      said: "for '(somebody)' deep",
      policies: [],
      retryAfterSeconds: 7,
    });
  });

  test('details eight deep', () => {
    const deep = Array.from({ length: 8 }).reduce(
      (details: object, _, at) => ({ code: `C${at}`, details: [details] }),
      {
        code: 'NicNotOnFastpath',
      },
    );
    expect(refusalOf({ error: deep })?.codes).toContain('NicNotOnFastpath');
  });

  test.each(['innererror', 'innerError', 'InnerError'])('%s', (name) => {
    const error = {
      code: 'Outer',
      message: 'a',
      [name]: { code: 'Inner', message: 'b', [name]: { code: 'Innermost' } },
    };
    expect(refusalOf({ error })).toMatchObject({ codes: ['Outer', 'Inner', 'Innermost'], said: 'a b' });
  });

  test.each([
    ['as text', '{"error":{"code":"Inner","message":"b"}}'],
    ['after words', 'it said: {"error":{"code":"Inner","message":"b"}}'],
    ['on lines', '{\r\n  "code": "Inner",\r\n  "message": "b"\r\n}'],
  ])('JSON in a message %s', (_, message) => {
    const refusal = refusalOf({ error: { code: 'Outer', message } });
    expect(refusal?.codes).toEqual(['Outer', 'Inner']);
    expect(refusal?.said).toMatch(/b$/);
    expect(refusal?.said).not.toContain('{');
  });

  test('a body, an error and details that are JSON in text', () => {
    expect(refusalOf('{"error":{"code":"A"}}')?.codes).toEqual(['A']);
    expect(refusalOf({ error: '{"code":"B"}' })?.codes).toEqual(['B']);
    expect(refusalOf({ error: { code: 'A', details: '[{"code":"C"}]' } })?.codes).toEqual(['A', 'C']);
    expect(refusalOf({ error: { code: 'A', details: ['{"code":"D"}'] } })?.codes).toEqual(['A', 'D']);
  });

  test('braces that are no JSON stay words', () => {
    expect(refusalOf({ error: { code: 'A', message: 'the name {x} is taken' } })?.said).toBe('the name {x} is taken');
  });

  test('what is said twice is said once', () => {
    const error = { code: 'A', message: 'same', details: [{ code: 'B', message: 'same' }] };
    expect(refusalOf({ error })?.said).toBe('same');
  });

  const OPERATION = '/subscriptions/1/providers/Microsoft.Network/locations/eastus/operations/abc';
  const QUERY = 'api-version=1&t=1&c=MIIcert&s=SIGNATURE&h=HASH';

  test.each([
    [
      `see https://management.azure.com${OPERATION}?${QUERY}, later`,
      `see https://management.azure.com${OPERATION} later`,
    ],
    [`poll ${OPERATION}?${QUERY} for it`, `poll ${OPERATION} for it`],
    [`see <https://management.azure.com/x?${QUERY}> end`, 'see <https://management.azure.com/x> end'],
    [
      'see https://management.azure.com/x?$filter=name eq &s=SIGNATURE end',
      'see https://management.azure.com/x eq  end',
    ],
    ['see https://management.azure.com/x?api-version=1&amp;s=SIGNATURE end', 'see https://management.azure.com/x end'],
    ['see operations/abc?s=SIGNATURE', 'see operations/abc'],
    ['the signature s=SIGNATURE is wrong', 'the signature s=(hidden) is wrong'],
    ['with Bearer eyJSIGNATURE.eyJSIGNATURE.SIGNATURE sent', 'with (hidden) sent'],
  ])('signed addresses lose their query: %s', (message, expected) => {
    const said = refusalOf({ error: { code: 'A', message } })?.said;
    expect(said).toBe(expected);
    expect(said).not.toMatch(/SIGNATURE|MIIcert|HASH/);
  });

  const ID = '00000000-0000-4000-8000-000000000000';

  test.each([
    ["'Alice Example'", "'(somebody)'"],
    ["'alice@example.com'", "'(somebody)'"],
    ["'Alice O'Example'", "'(somebody)'"],
    ["'live.com#alice%40example.com'", "'(somebody)'"],
    ['Alice Example', '(somebody)'],
    [`'${ID}'`, `'${ID}'`],
  ])('a client is nobody by name, and its ids stay: %s', (name, expected) => {
    const message = `The client ${name} with object id '${ID}' does not have authorization over '${OPERATION}'.`;
    const said = `The client ${expected} with object id '${ID}' does not have authorization over '${OPERATION}'.`;
    expect(refusalOf({ error: { code: 'A', message } })?.said).toBe(said);
  });

  test('nor is anybody in a message that is cut, in a code or in the name of a policy', () => {
    const long = refusalOf({
      error: { code: 'A', message: `${'x '.repeat(1990)} client 'Alice Example is ${'y'.repeat(99)}'` },
    });
    expect(JSON.stringify(long)).not.toContain('Alice');
    const info = {
      policyAssignmentId: `/x/policyAssignments/y?${QUERY}`,
      policyAssignmentDisplayName: 'by bob@example.com',
    };
    const code = 'https://management.azure.com/x?s=SIGNATURE bob@example.com';
    const refusal = refusalOf({ error: { code, additionalInfo: [{ type: 'PolicyViolation', info }] } });
    expect(refusal?.codes).toEqual(['https://management.azure.com/x (somebody)']);
    expect(refusal?.policies).toEqual([{ name: 'by (somebody)', assignment: '/x/policyAssignments/y' }]);
  });

  test.each(['a', '{', '[{', '<td class=x>{', 'http://', '/', "client '", 'a@', '&a=', 's='])(
    'however long it is, it takes no time: %s',
    (piece) => {
      const message = piece.repeat(400_000 / piece.length);
      const beganMs = performance.now();
      refusalOf({ error: { code: message, message, details: message } });
      expect(performance.now() - beganMs).toBeLessThan(2000);
    },
  );

  test.each([null, 'text', [], {}, { error: null }, { error: 'x' }, { error: { details: {} } }, '<html>{}</html>'])(
    'nothing of %j',
    (body) => {
      expect(refusalOf(body, { 'retry-after': 'x' })).toMatchObject({ codes: [], retryAfterSeconds: null });
    },
  );

  test('not without end', () => {
    const endless: { details: unknown[]; code: string } = { code: 'A', details: [] };
    endless.details.push(endless);
    expect(refusalOf({ error: endless })?.codes.length).toBeLessThan(20);
    const broad = { code: 'A', message: 'x'.repeat(9999), details: Array.from({ length: 999 }, () => ({ code: 'B' })) };
    expect(refusalOf({ error: broad })?.codes).toHaveLength(30);
    expect(refusalOf({ error: broad })?.said).toHaveLength(1000);
  });

  test('an answer that is none is no refusal', () => {
    expect(findRefusal({ status: 202, headers: {}, body: { error: { code: 'A' } } })).toBeNull();
  });
});

describe('the policies that denied', () => {
  const id = '/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/no-taps';

  test.each([
    [
      'by what people call it',
      { policyAssignmentId: id, policyAssignmentName: 'n', policyAssignmentDisplayName: 'No taps' },
      'No taps',
    ],
    ['by its name', { policyAssignmentId: id, policyAssignmentName: 'n' }, 'n'],
    ['by its id', { policyAssignmentId: id }, 'no-taps'],
    ['in text', JSON.stringify({ policyAssignmentId: id }), 'no-taps'],
  ])('%s', (_, info, name) => {
    const error = { code: 'RequestDisallowedByPolicy', additionalInfo: [{ type: 'PolicyViolation', info }] };
    expect(refusalOf({ error })?.policies).toEqual([{ name, assignment: id }]);
    expect(refusalOf({ error: { code: 'Outer', details: [error] } })?.policies).toEqual([{ name, assignment: id }]);
  });

  test('in the words of the message', () => {
    const identifiers = [{ policyAssignment: { name: 'No taps', id }, policyDefinition: { name: 'x', id: '/x' } }];
    const message = `Resource 'x' was disallowed by policy. Policy identifiers: '${JSON.stringify(identifiers)}'.`;
    const refusal = refusalOf({ error: { code: 'RequestDisallowedByPolicy', message } });
    expect(refusal?.policies).toEqual([{ name: 'No taps', assignment: id }]);
    expect(refusal?.codes).toEqual(['RequestDisallowedByPolicy']);
  });

  test('each once', () => {
    const additionalInfo = [id, id].map((policyAssignmentId) => ({
      type: 'PolicyViolation',
      info: { policyAssignmentId },
    }));
    expect(refusalOf({ error: { code: 'A', additionalInfo } })?.policies).toHaveLength(1);
  });
});

describe('Retry-After', () => {
  const date = 'Wed, 01 Jan 2025 00:00:00 GMT';
  const wait = (after: string, headers: Record<string, string> = { date }) =>
    findRetryAfterSeconds({ status: 429, headers: { ...headers, 'retry-after': after }, body: null });

  test.each([
    ['17', 17],
    ['0', 0],
    ['Wed, 01 Jan 2025 00:02:00 GMT', 120],
    ['Tue, 31 Dec 2024 00:00:00 GMT', 0],
    ['-1', null],
    ['', null],
    ['soon', null],
  ])('%j is %s', (after, seconds) => {
    expect(wait(after)).toBe(seconds);
  });

  test('a date without one to compare it with tells nothing', () => {
    expect(wait('Wed, 01 Jan 2025 00:02:00 GMT', {})).toBeNull();
    expect(findRetryAfterSeconds({ status: 429, headers: {}, body: null })).toBeNull();
  });
});
