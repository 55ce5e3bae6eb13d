import { resolve } from 'node:path';
import { Fault } from '../../shared/fault.ts';
import { type BlobKey, isUnder } from './shared-key.ts';

/** What `TAPKEEPER_RULES` names. */
export type NamedPlace =
  | { readonly kind: 'file'; readonly path: string }
  /** A blob, read with the key of its account, or as the app's identity where there is none. */
  | { readonly kind: 'blob'; readonly url: URL; readonly key: BlobKey | null };

/** A word of one letter is a drive. */
const SCHEME = /^[a-z][a-z0-9+.-]+:/i;

/**
 * `<account>.blob.core.windows.net` and its sisters of other clouds, or with a zone in between
 * (https://learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-endpoints). The token of the app's
 * identity is sent there and nowhere else.
 */
const BLOB_HOST = /^[a-z0-9]{3,24}(\.z\d{1,2})?\.blob\.([a-z0-9-]+\.)+[a-z]+$/;
const CONTAINER_AND_BLOB = /^\/(\$root|[a-z0-9](-?[a-z0-9]){2,62})\/.*[^/]$/;

/**
 * The place that a setting names: a path, or the address of a blob without a signature.
 * @param key Of the app's own storage account, if its settings hold one; the local one has no other address.
 * @throws Fault `config-invalid` that says what may stand there.
 */
export function parsePlace(text: string, key: BlobKey | null): NamedPlace {
  if (!SCHEME.test(text)) return { kind: 'file', path: resolve(text) };
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && key !== null && isUnder(url, key) && url.search === '') return { kind: 'blob', url, key };
  const isBlob =
    url?.protocol === 'https:' &&
    url.port === '' &&
    BLOB_HOST.test(url.hostname) &&
    CONTAINER_AND_BLOB.test(url.pathname);
  if (isBlob && url.search === '' && url.hash === '' && url.username === '') return { kind: 'blob', url, key: null };
  const right = isBlob
    ? 'write only the address of the blob: it is read as the identity of the function app, and a signature is a secret'
    : 'write the path of a file, or https://<account>.blob.core.windows.net/<container>/<blob>';
  throw new Fault('config-invalid', `TAPKEEPER_RULES is "${shown(text)}"; ${right}`);
}

/** What follows may be a signature, and what stands before an @ a password. */
const shown = (text: string): string => text.replace(/[?#].*$/s, '?…').replace(/\/\/[^/]*@/, '//…@');
