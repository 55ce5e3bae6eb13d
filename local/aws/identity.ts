/** Who signs a call. */
export type Identity =
  | { readonly kind: 'role'; readonly roleName: string; readonly sessionName: string }
  | { readonly kind: 'user'; readonly name: string };

/** Credentials of an identity; the secret is never checked. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Whose call it is: an identity of one account. */
export interface Caller {
  readonly identity: Identity;
  readonly account: string;
}

/** The accounts, the access keys that were given out, and the people behind all others. */
export interface Identities {
  /** The first is the one that calls belong to whose key was not given out here. */
  readonly accounts: readonly [string, ...string[]];
  /** An access key of an identity of that account; of the first when none is named. @throws Error for no account. */
  readonly issue: (identity: Identity, account?: string) => AccessKey;
  /** An access key that is refused from that moment on. */
  readonly issueUntil: (expiresMs: number, identity: Identity, account: string) => AccessKey;
  readonly isExpired: (accessKeyId: string, nowMs: number) => boolean;
  /** Any access key is accepted; one that was not given out here belongs to a user of that name in the first account. */
  readonly of: (accessKeyId: string) => Caller;
}

export function createIdentities(accounts: readonly [string, ...string[]]): Identities {
  const issued = new Map<string, Caller>();
  const expiries = new Map<string, number>();
  const [first] = accounts;
  const issue: Identities['issue'] = (identity, account = first) => {
    if (!accounts.includes(account)) throw new Error(`issuing an access key: ${account} is not an account here`);
    const accessKeyId = `${identity.kind === 'role' ? 'ASIA' : 'AKIA'}LOCAL${String(issued.size).padStart(11, '0')}`;
    issued.set(accessKeyId, { identity, account });
    return { accessKeyId, secretAccessKey: 'not-checked-by-the-local-cloud' };
  };
  return {
    accounts,
    issue,
    issueUntil(expiresMs, identity, account) {
      const key = issue(identity, account);
      expiries.set(key.accessKeyId, expiresMs);
      return key;
    },
    isExpired: (accessKeyId, nowMs) => nowMs >= (expiries.get(accessKeyId) ?? Number.POSITIVE_INFINITY),
    of: (accessKeyId) => issued.get(accessKeyId) ?? { identity: { kind: 'user', name: accessKeyId }, account: first },
  };
}

/** The ARN under which calls of an identity are recorded. */
export const toArn = (identity: Identity, account: string): string =>
  identity.kind === 'role'
    ? `arn:aws:sts::${account}:assumed-role/${identity.roleName}/${identity.sessionName}`
    : `arn:aws:iam::${account}:user/${identity.name}`;

/** The credential scope of a Signature Version 4 request. */
export interface Signer {
  readonly accessKeyId: string;
  readonly region: string;
}

/** Who signed, from the `Authorization` header or a presigned query; the signature itself is not checked. */
export function findSigner(authorization: string | undefined, presigned: string | null): Signer | null {
  const credential = presigned ?? /Credential=([^,\s]+)/.exec(authorization ?? '')?.[1] ?? '';
  const [accessKeyId, , region] = credential.split('/');
  return accessKeyId && region ? { accessKeyId, region } : null;
}
