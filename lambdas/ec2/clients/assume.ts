import type { AssumeRoleCommandInput, AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import { Fault } from '../../../shared/fault.ts';
import type { Clock } from '../../../shared/ports.ts';
import type { AccountId } from '../../../shared/words.ts';
import { faultCodeOf, formatRefusal, toRefusal } from '../faults.ts';
import { PERMISSIONS } from '../permissions.ts';

/** The role by which accounts are reached that are not the process's own. */
export interface MemberRole {
  /** An ARN with {@link ACCOUNT_MARK} in the account's place. */
  readonly arn: string;
  /** What the role's trust policy asks for beside our name; `null`: nothing. */
  readonly externalId: string | null;
  /** The account whose credentials the process has; `null`: not known, the role is assumed in every account. */
  readonly ownAccount: AccountId | null;
}

/** What stands for the account in the ARN of a member role. */
export const ACCOUNT_MARK = '{account}';

/** A key that expires. */
export interface TemporaryKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/**
 * Gives a key that is good for some minutes at least. The SDK's clients take a provider that says that it remembers as it is;
 * any other they remember by themselves, and would go on with a key that is forgotten here.
 */
export type KeyProvider = (() => Promise<TemporaryKey>) & { readonly memoized: true };

/** The key of a role in one account, which all clients of the account share. */
export interface MemberKey {
  readonly provide: KeyProvider;
  /** Forgets a key that AWS did not accept, so that the next call assumes the role anew; gives what to say of it. */
  readonly refuse: (code: string, cause: unknown) => Fault;
}

/** Sends AssumeRole, as whoever the process is. */
export type SendAssumeRole = (input: AssumeRoleCommandInput) => Promise<AssumeRoleCommandOutput>;

/** Under this name CloudTrail records the calls that are made in a member account. */
const SESSION_NAME = 'tapkeeper';

/** STS refuses alike a role that does not exist, one that does not trust us and one that we may not assume. */
function toAssumeFault(thrown: unknown, arn: string, { externalId }: MemberRole): Fault {
  const refusal = toRefusal(thrown);
  const code = faultCodeOf(refusal);
  if (refusal.access === 'unauthenticated') {
    const said = `the credentials of the process were not accepted (${refusal.code}); give it new ones`;
    return new Fault(code, `${PERMISSIONS.assumeRole.call} of ${arn}: ${said}`, thrown);
  }
  const condition = externalId === null ? '' : ' with the external id of TAPKEEPER_EXTERNAL_ID';
  const remedy =
    code === 'denied'
      ? `let its trust policy name our role${condition}, and allow our role ${PERMISSIONS.assumeRole.action} on it`
      : 'it is tried again later';
  return new Fault(code, `${PERMISSIONS.assumeRole.call} of ${arn}: ${formatRefusal(refusal)}; ${remedy}`, thrown);
}

async function assume(send: SendAssumeRole, role: MemberRole, arn: string): Promise<TemporaryKey> {
  const { Credentials: key } = await send({
    RoleArn: arn,
    RoleSessionName: SESSION_NAME,
    ExternalId: role.externalId ?? undefined,
  }).catch((thrown: unknown) => Promise.reject(toAssumeFault(thrown, arn, role)));
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = key ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined) {
    throw new Fault('unexpected', `AssumeRole of ${arn}: the answer holds no credentials; it is tried again later`);
  }
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration ?? new Date(0),
  };
}

/** The SDK's clients ask again when less than this is left of a key. */
const SPARE_MS = 5 * 60_000;

/**
 * A key is forgotten so often at most: calls under way together are refused together, and a key that is refused for good (the
 * process's clock is wrong) is not asked for with every call.
 */
const FORGET_EVERY_MS = 10_000;

/** What `ask` gave, until it is about to expire; callers at one time share one question, and a failure is not kept. */
function keptUntilStale(clock: Clock, ask: () => Promise<TemporaryKey>) {
  let key: TemporaryKey | null = null;
  let asking: Promise<TemporaryKey> | null = null;
  let forgottenMs = -Infinity;
  return {
    provide: async (): Promise<TemporaryKey> => {
      if (key !== null && key.expiration.getTime() - clock.now() > SPARE_MS) return key;
      asking ??= ask().finally(() => (asking = null));
      return (key = await asking);
    },
    forget: (): void => {
      if (clock.now() - forgottenMs < FORGET_EVERY_MS) return;
      forgottenMs = clock.now();
      key = null;
    },
  };
}

function memberKey(clock: Clock, arn: string, ask: () => Promise<TemporaryKey>): MemberKey {
  const { provide, forget } = keptUntilStale(clock, ask);
  return {
    provide: Object.assign(provide, { memoized: true } as const),
    refuse: (code, cause) => {
      forget();
      // It is no matter of permissions, and the next call may succeed: whatever was asked for is tried again.
      return new Fault('unexpected', `the key of role ${arn} was not accepted (${code}); it is asked for again`, cause);
    },
  };
}

/**
 * Credentials by account: a role's for members, `null` for the account that the process has credentials of. All clients of an
 * account share them. The provider throws a `Fault` that names the role.
 */
export function memberKeys(
  role: MemberRole,
  clock: Clock,
  send: SendAssumeRole,
): (account: AccountId) => MemberKey | null {
  const keys = new Map<AccountId, MemberKey>();
  return (account) => {
    if (account === role.ownAccount) return null;
    const arn = role.arn.replace(ACCOUNT_MARK, account);
    const key = keys.get(account) ?? memberKey(clock, arn, () => assume(send, role, arn));
    keys.set(account, key);
    return key;
  };
}
