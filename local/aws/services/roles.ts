import type { Caller } from '../identity.ts';

/** A role that others may assume. */
export interface Role {
  readonly account: string;
  /** With its path, if it has one: `ops/reader`. */
  readonly name: string;
  /** What a caller must give as the external id; none is asked for when it is left out. */
  readonly externalId?: string;
  /** Who may assume it: accounts by their ids, roles and users by their ARNs. */
  readonly trusts: readonly string[];
}

export const toRoleArn = ({ account, name }: Pick<Role, 'account' | 'name'>): string =>
  `arn:aws:iam::${account}:role/${name}`;

/** The ARN by which a trust policy names a caller, which for a role is that of the role and not of its session. */
const toPrincipal = ({ identity, account }: Caller): string =>
  identity.kind === 'role'
    ? toRoleArn({ account, name: identity.roleName })
    : `arn:aws:iam::${account}:user/${identity.name}`;

/** Whether a trust policy lets a caller in; trusting an account trusts everybody in it, as IAM would leave it to that account. */
export function isTrusted({ trusts, externalId }: Role, caller: Caller, givenId: string | undefined): boolean {
  const principals = [caller.account, `arn:aws:iam::${caller.account}:root`, toPrincipal(caller)];
  return (externalId === undefined || externalId === givenId) && trusts.some((one) => principals.includes(one));
}
