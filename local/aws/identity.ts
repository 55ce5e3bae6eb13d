/** Who signs a call. */
export type Identity =
  | { readonly kind: 'role'; readonly roleName: string; readonly sessionName: string }
  | { readonly kind: 'user'; readonly name: string };

/** Credentials of an identity; the secret is never checked. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The access keys that were given out, and the people behind all others. */
export interface Identities {
  readonly issue: (identity: Identity) => AccessKey;
  /** Any access key is accepted; one that was not given out here belongs to a user of that name. */
  readonly of: (accessKeyId: string) => Identity;
}

export function createIdentities(): Identities {
  const issued = new Map<string, Identity>();
  return {
    issue: (identity) => {
      const accessKeyId = `${identity.kind === 'role' ? 'ASIA' : 'AKIA'}LOCAL${String(issued.size).padStart(11, '0')}`;
      issued.set(accessKeyId, identity);
      return { accessKeyId, secretAccessKey: 'not-checked-by-the-local-cloud' };
    },
    of: (accessKeyId) => issued.get(accessKeyId) ?? { kind: 'user', name: accessKeyId },
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
