/** Who calls: what a token's claims say of an application or a person. */
export interface Identity {
  readonly appId: string;
  readonly objectId: string;
  readonly tenantId: string;
  readonly name: string;
}

export const TENANT_ID = '55555555-5555-5555-5555-555555555555';

/** Whoever comes with a token that nobody has told us about. */
const STRANGER: Identity = {
  appId: '22222222-2222-2222-2222-222222222222',
  objectId: '33333333-3333-3333-3333-333333333333',
  tenantId: TENANT_ID,
  name: 'Somebody',
};

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** A token that says who bears it, unsigned: the local cloud believes everybody. */
export const toToken = (identity: Identity): string =>
  `${encode({ alg: 'none', typ: 'JWT' })}.${encode({
    aud: 'https://management.azure.com/',
    appid: identity.appId,
    oid: identity.objectId,
    tid: identity.tenantId,
    name: identity.name,
  })}.`;

/** A credential, as Azure's SDKs take them, of somebody. */
export const credentialOf = (identity: Identity) => ({
  getToken: () => Promise.resolve({ token: toToken(identity), expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
});

function findClaims(token: string): Readonly<Record<string, unknown>> | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

/** Who bears a token: a known one, one that says so itself, or a stranger. */
export function identify(token: string, known: ReadonlyMap<string, Identity>): Identity {
  const identity = known.get(token);
  if (identity !== undefined) return identity;
  const claims = findClaims(token);
  if (claims === null) return STRANGER;
  return {
    appId: textOr(claims['appid'] ?? claims['azp'], STRANGER.appId),
    objectId: textOr(claims['oid'], STRANGER.objectId),
    tenantId: textOr(claims['tid'], STRANGER.tenantId),
    name: textOr(claims['name'], STRANGER.name),
  };
}
