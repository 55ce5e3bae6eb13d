import { describe, expect, test } from 'vitest';
import { describeRefusal, faultCodeOf, toRefusal } from '../../../lambdas/ec2/faults.ts';
import { PERMISSIONS } from '../../../lambdas/ec2/permissions.ts';
import { HERE } from '../samples.ts';

const BY_ALICE = 'arn:aws:sts::123456789012:assumed-role/ops/alice';

const refused = (name: string, message: string, httpStatusCode: number) =>
  toRefusal(Object.assign(new Error(message), { name, $metadata: { httpStatusCode } }));

const sentence = (name: string, message: string, status: number): string =>
  describeRefusal(refused(name, message, status), PERMISSIONS.describeInstances, 'i-0a', HERE);

describe('a denial', () => {
  test.each([
    ['AccessDenied', 403],
    ['AccessDeniedException', 400],
    ['KMS.AccessDeniedException', 400],
    ['KmsAccessDenied', 400],
    ['AuthorizationError', 400],
    ['NotAuthorized', 400],
    ['UnauthorizedOperation', 403],
    ['Client.UnauthorizedOperation', 400],
    ['OptInRequired', 400],
    ['ACodeThatNobodyKnows', 403],
    ['ACodeThatNobodyKnows', 401],
  ])('%s with status %i does not say who was denied', (code, status) => {
    const message = `${BY_ALICE} may not do this`;
    expect(faultCodeOf(refused(code, message, status))).toBe('denied');
    expect(sentence(code, message, status)).toBe(
      `DescribeInstances on i-0a: denied (${code}); allow ec2:DescribeInstances on *`,
    );
  });

  test('is known by its message where the code does not tell', () => {
    const message = `User: ${BY_ALICE} is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:1:key/k because`;
    expect(faultCodeOf(refused('ValidationError', message, 400))).toBe('denied');
    expect(sentence('ValidationError', message, 400)).toBe(
      'DescribeInstances on i-0a: denied (ValidationError); allow kms:Decrypt on arn:aws:kms:us-east-1:1:key/k',
    );
  });

  test('is none when it is throttling, whatever its status', () => {
    const refusal = refused('RequestThrottled', 'slower', 403);
    expect([faultCodeOf(refusal), refusal.said]).toEqual(['throttled', 'slower']);
  });

  test('is none when something else is wrong', () => {
    expect(refused('ValidationError', 'no such group', 400)).toMatchObject({ access: null, said: 'no such group' });
  });
});

test.each([
  ['AuthFailure', 401],
  ['ExpiredToken', 400],
  ['ExpiredTokenException', 403],
  ['IncompleteSignature', 400],
  ['InvalidAccessKeyId', 403],
  ['InvalidClientTokenId', 403],
  ['InvalidSecurity', 403],
  ['InvalidSignatureException', 400],
  ['MissingAuthenticationTokenException', 403],
  ['RequestExpired', 400],
  ['RequestInTheFuture', 403],
  ['RequestTimeTooSkewed', 403],
  ['SignatureDoesNotMatch', 403],
  ['UnrecognizedClientException', 400],
])('%s with status %i is about the key, and does not say whose it is', (code, status) => {
  const message = `The signature of ${BY_ALICE} does not match`;
  expect(faultCodeOf(refused(code, message, status))).toBe('denied');
  expect(sentence(code, message, status)).toBe(
    `DescribeInstances on i-0a: the credentials were not accepted (${code}); give credentials of account 123456789012`,
  );
});
