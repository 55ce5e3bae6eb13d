import { createHmac } from 'node:crypto';

/** The key of a storage account, and where its blobs are. */
export interface BlobKey {
  readonly account: string;
  readonly key: string;
  /** As `https://account.blob.core.windows.net`, or `http://127.0.0.1:10000/account`. */
  readonly endpoint: string;
}

/** The key that a connection string holds; `null` when it holds none. https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string */
export function findBlobKey(connectionString: string): BlobKey | null {
  const parts = new Map(
    connectionString.split(';').map((part): [string, string] => {
      const [name = '', ...rest] = part.split('=');
      return [name.trim().toLowerCase(), rest.join('=')];
    }),
  );
  const [account, key] = [parts.get('accountname'), parts.get('accountkey')];
  if (account === undefined || key === undefined) return null;
  const scheme = parts.get('defaultendpointsprotocol') ?? 'https';
  const usual = `${scheme}://${account}.blob.${parts.get('endpointsuffix') ?? 'core.windows.net'}`;
  return { account, key, endpoint: (parts.get('blobendpoint') ?? usual).replace(/\/+$/, '') };
}

/** Whether an address is one of that account. */
export const isUnder = (url: URL, { endpoint }: BlobKey): boolean => url.href.startsWith(`${endpoint}/`);

/**
 * The value of `Authorization` for a GET without parameters, signed with the account's key
 * (https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key). The storage packages do the same, in 523 kB.
 */
export function signGet({ account, key }: BlobKey, url: URL, headers: Readonly<Record<string, string>>): string {
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-ms-'))
    .sort()
    .map((name) => `${name}:${headers[name]}`);
  // Encoding, language, length, MD5, type, date and the other conditions stay empty; the tag is the tenth line.
  const conditions = ['', '', '', '', '', '', '', '', headers['if-none-match'] ?? '', '', ''];
  const signed = ['GET', ...conditions, ...own, `/${account}${url.pathname}`].join('\n');
  return `SharedKey ${account}:${createHmac('sha256', Buffer.from(key, 'base64')).update(signed).digest('base64')}`;
}
