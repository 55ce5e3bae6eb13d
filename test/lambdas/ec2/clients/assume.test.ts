import { describe, expect, test } from 'vitest';
import { memberKeys, type MemberRole, type SendAssumeRole } from '../../../../lambdas/ec2/clients/assume.ts';
import { parseAccountId } from '../../../../shared/ids.ts';

const OURS = parseAccountId('123456789012');
const MEMBER = parseAccountId('210987654321');
const OTHER = parseAccountId('321098765432');
const HOUR_MS = 3_600_000;

const ROLE: MemberRole = {
  arn: 'arn:aws:iam::{account}:role/ops/tapkeeper-member',
  externalId: 'soc-7',
  ownAccount: OURS,
};

/** STS as far as it is asked here: a key that is good for an hour, and what it was asked for. */
function tokenService(nowMs: () => number) {
  const asked: unknown[] = [];
  const send: SendAssumeRole = async (input) => {
    asked.push(input);
    return {
      $metadata: {},
      Credentials: {
        AccessKeyId: `key-${asked.length}`,
        SecretAccessKey: 'secret',
        SessionToken: 'token',
        Expiration: new Date(nowMs() + HOUR_MS),
      },
    };
  };
  return { asked, send };
}

const refusing =
  (name: string, message: string, status: number): SendAssumeRole =>
  async () => {
    throw Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
  };

const DENIED = refusing(
  'AccessDenied',
  'User: arn:aws:sts::123456789012:assumed-role/tapkeeper/alice is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::210987654321:role/ops/tapkeeper-member',
  403,
);

describe('the credentials of a member account', () => {
  test('are those of its role, under our name and with the external id', async () => {
    const { asked, send } = tokenService(() => 0);
    const key = await memberKeys(ROLE, { now: () => 0 }, send)(MEMBER)?.provide();
    expect(key).toEqual({
      accessKeyId: 'key-1',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      expiration: new Date(HOUR_MS),
    });
    expect(asked).toEqual([
      {
        RoleArn: 'arn:aws:iam::210987654321:role/ops/tapkeeper-member',
        RoleSessionName: 'tapkeeper',
        ExternalId: 'soc-7',
      },
    ]);
  });

  test('are the process’s own where it is, and a role’s everywhere when it is not said where', () => {
    const { send } = tokenService(() => 0);
    expect(memberKeys(ROLE, { now: () => 0 }, send)(OURS)).toBeNull();
    expect(memberKeys({ ...ROLE, ownAccount: null }, { now: () => 0 }, send)(OURS)).not.toBeNull();
  });

  test('are asked for once by everybody, and again before they expire', async () => {
    let nowMs = 0;
    const { asked, send } = tokenService(() => nowMs);
    const keysOf = memberKeys(ROLE, { now: () => nowMs }, send);
    const accessKeys = async () =>
      Promise.all([1, 2, 3].map(async () => (await keysOf(MEMBER)?.provide())?.accessKeyId));
    expect(await accessKeys()).toEqual(['key-1', 'key-1', 'key-1']);
    nowMs = HOUR_MS - 6 * 60_000;
    expect(await accessKeys()).toEqual(['key-1', 'key-1', 'key-1']);
    nowMs = HOUR_MS - 4 * 60_000;
    expect(await accessKeys()).toEqual(['key-2', 'key-2', 'key-2']);
    expect(asked).toHaveLength(2);
    expect((await keysOf(OTHER)?.provide())?.accessKeyId).toBe('key-3');
  });
});

describe('a key that was not accepted', () => {
  test('is asked for again by the next call, once for all calls that were refused together', async () => {
    const { asked, send } = tokenService(() => 0);
    const key = memberKeys(ROLE, { now: () => 0 }, send)(MEMBER);
    await key?.provide();
    for (let refused = 0; refused < 3; refused++) {
      const fault = key?.refuse('RequestExpired', null);
      expect(fault).toMatchObject({ code: 'unexpected', remedy: 'retry' });
      expect(fault?.message).toBe(
        'the key of role arn:aws:iam::210987654321:role/ops/tapkeeper-member was not accepted (RequestExpired); it is asked for again',
      );
      expect((await key?.provide())?.accessKeyId).toBe('key-2');
    }
    expect(asked).toHaveLength(2);
  });

  test('for good is asked for every ten seconds at most', async () => {
    let nowMs = 0;
    const { asked, send } = tokenService(() => nowMs);
    const key = memberKeys(ROLE, { now: () => nowMs }, send)(MEMBER);
    const call = async () => {
      await key?.provide();
      key?.refuse('AuthFailure', null);
    };
    await call();
    await call();
    nowMs = 9_999;
    await call();
    expect(asked).toHaveLength(2);
    nowMs = 10_000;
    await call();
    await call();
    expect(asked).toHaveLength(3);
  });
});

describe('a role that cannot be assumed', () => {
  test('is denied, with its ARN, the code and what to do, and without the caller', async () => {
    const asking = memberKeys(ROLE, { now: () => 0 }, DENIED)(MEMBER)?.provide();
    await expect(asking).rejects.toMatchObject({
      code: 'denied',
      message:
        'AssumeRole of arn:aws:iam::210987654321:role/ops/tapkeeper-member: AccessDenied; let its trust policy name our role with the external id of TAPKEEPER_EXTERNAL_ID, and allow our role sts:AssumeRole on it',
    });
  });

  test('without an external id is not told of one', async () => {
    const asking = memberKeys({ ...ROLE, externalId: null }, { now: () => 0 }, DENIED)(MEMBER)?.provide();
    await expect(asking).rejects.toMatchObject({
      message: expect.not.stringContaining('TAPKEEPER_EXTERNAL_ID') as string,
    });
  });

  test('because our own credentials were not accepted says whose', async () => {
    const asking = memberKeys(ROLE, { now: () => 0 }, refusing('ExpiredToken', 'x', 403))(MEMBER)?.provide();
    await expect(asking).rejects.toMatchObject({
      code: 'denied',
      message:
        'AssumeRole of arn:aws:iam::210987654321:role/ops/tapkeeper-member: the credentials of the process were not accepted (ExpiredToken); give it new ones',
    });
  });

  test.each([
    ['RegionDisabledException', 403, 'denied'],
    ['Throttling', 400, 'throttled'],
    ['ServiceUnavailable', 503, 'unreachable'],
  ])('because of %s is a fault of its kind', async (name, status, code) => {
    const asking = memberKeys(ROLE, { now: () => 0 }, refusing(name, 'no', status))(MEMBER)?.provide();
    await expect(asking).rejects.toMatchObject({ code, message: expect.stringContaining(name) as string });
  });

  test('is tried again, and an answer without credentials is a fault', async () => {
    let answers = 0;
    const { send } = tokenService(() => 0);
    const late: SendAssumeRole = async (input) => {
      answers += 1;
      if (answers === 1) return DENIED(input);
      return answers === 2 ? { $metadata: {} } : send(input);
    };
    const keys = memberKeys(ROLE, { now: () => 0 }, late)(MEMBER);
    await expect(keys?.provide()).rejects.toMatchObject({ code: 'denied' });
    await expect(keys?.provide()).rejects.toMatchObject({ code: 'unexpected' });
    expect((await keys?.provide())?.accessKeyId).toBe('key-1');
  });
});
