import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findMemberRole, ownRolesOf, parseBulkConcurrency, parseMode, parseScopes } from '../../lambdas/settings.ts';
import { HERE, THERE } from './samples.ts';

describe('the mode', () => {
  test.each([
    [undefined, 'observe'],
    ['', 'observe'],
    ['enforce', 'enforce'],
    [' Paused ', 'paused'],
  ])('%j is %s', (text, mode) => {
    expect(parseMode({ TAPKEEPER_MODE: text })).toBe(mode);
  });

  test('what is no mode is not guessed', () => {
    expect(() => parseMode({ TAPKEEPER_MODE: 'enforced' })).toThrow(/TAPKEEPER_MODE is "enforced"/);
  });
});

const NOWHERE = '/nowhere';

describe('the scopes', () => {
  test('are those of the file beside the code, where the environment names none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tapkeeper-scopes-'));
    writeFileSync(join(folder, 'scopes.txt'), '123456789012:us-east-1\n210987654321:eu-west-1\n');
    const keptBy = (env: Readonly<Record<string, string>>) =>
      parseScopes(env, folder).map(({ account, region }) => `${account}:${region}`);
    expect(keptBy({})).toEqual(['123456789012:us-east-1', '210987654321:eu-west-1']);
    expect(keptBy({ TAPKEEPER_SCOPES: '123456789012:eu-west-1' })).toEqual(['123456789012:eu-west-1']);
    rmSync(folder, { recursive: true });
    expect(() => keptBy({})).toThrow(/TAPKEEPER_SCOPES is not set/);
  });

  test('are kept in order, each once', () => {
    const scopes = parseScopes(
      {
        TAPKEEPER_SCOPES: '123456789012:us-east-1, 123456789012:eu-west-1,123456789012:us-east-1,',
      },
      NOWHERE,
    );
    expect(scopes.map(({ account, region }) => `${account}:${region}`)).toEqual([
      '123456789012:us-east-1',
      '123456789012:eu-west-1',
    ]);
  });

  test.each(['', 'us-east-1', '123456789012', '12345:us-east-1', '123456789012:us-east-1;123456789012:eu-west-1'])(
    '%j is refused with what is right',
    (text) => {
      expect(() => parseScopes({ TAPKEEPER_SCOPES: text }, NOWHERE)).toThrow(/as 123456789012:us-east-1/);
    },
  );
});

const MEMBER = 'arn:aws-us-gov:iam::{account}:role/ops/tapkeeper-member';

describe('the role of member accounts', () => {
  test('is an ARN for every account, with an external id if there is one', () => {
    const env = {
      TAPKEEPER_MEMBER_ROLE: ` ${MEMBER} `,
      TAPKEEPER_EXTERNAL_ID: 'soc-7',
      TAPKEEPER_ACCOUNT: '123456789012',
    };
    expect(findMemberRole(env, [HERE, THERE])).toEqual({
      arn: MEMBER,
      externalId: 'soc-7',
      ownAccount: '123456789012',
    });
    expect(findMemberRole({ TAPKEEPER_MEMBER_ROLE: MEMBER }, [HERE])).toEqual({
      arn: MEMBER,
      externalId: null,
      ownAccount: null,
    });
  });

  test('is not needed for the account that the process is in, whatever its regions', () => {
    expect(findMemberRole({}, [HERE, { ...HERE, region: THERE.region }])).toBeNull();
    expect(findMemberRole({ TAPKEEPER_ACCOUNT: HERE.account }, [HERE])).toBeNull();
  });

  test.each([
    ['no role for several accounts', {}, [HERE, THERE] as const, /123456789012, 210987654321.*MEMBER_ROLE is not set/],
    ['no role for another account', { TAPKEEPER_ACCOUNT: THERE.account }, [HERE] as const, /MEMBER_ROLE is not set/],
    [
      'a role of one account',
      { TAPKEEPER_MEMBER_ROLE: 'arn:aws:iam::210987654321:role/r' },
      [HERE] as const,
      /\{account\}/,
    ],
    ['a name for a role', { TAPKEEPER_MEMBER_ROLE: 'tapkeeper-member' }, [HERE] as const, /is "tapkeeper-member"/],
    ['an account that is none', { TAPKEEPER_ACCOUNT: '12345' }, [HERE] as const, /TAPKEEPER_ACCOUNT is "12345"/],
  ])('%s is refused with what is right', (_, env, scopes, message) => {
    expect(() => findMemberRole(env, scopes)).toThrow(message);
  });
});

test('our own roles are the one of the process and the one of member accounts, by their names', () => {
  const role = findMemberRole({ TAPKEEPER_MEMBER_ROLE: MEMBER }, [HERE]);
  expect(ownRolesOf({ TAPKEEPER_ROLE_NAME: 'tapkeeper' }, role)).toEqual(['tapkeeper', 'tapkeeper-member']);
  expect(ownRolesOf({ TAPKEEPER_ROLE_NAME: 'tapkeeper-member' }, role)).toEqual(['tapkeeper-member']);
  expect(ownRolesOf({}, null)).toEqual([]);
});

describe('the processes of the bulk queue', () => {
  test.each([
    [undefined, 2],
    ['1', 1],
    [' 10 ', 10],
  ])('%j are %j', (text, count) => {
    expect(parseBulkConcurrency({ TAPKEEPER_BULK_CONCURRENCY: text })).toBe(count);
  });

  test.each(['0', '-1', '1.5', 'many', '10000'])('%j is refused', (text) => {
    expect(() => parseBulkConcurrency({ TAPKEEPER_BULK_CONCURRENCY: text })).toThrow(/write a number from 1 to 9999/);
  });
});
