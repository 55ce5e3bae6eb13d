import { resolve } from 'node:path';
import { findScheme, namesNoPlace } from '../../shared/rules-address.ts';

/** What `TAPKEEPER_RULES` names. */
export type NamedPlace =
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'blob'; readonly url: URL };

/**
 * `<account>.blob.core.windows.net` and its sisters of other clouds, or with a zone in between
 * (https://learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-endpoints). The token of the app's
 * identity is sent there and nowhere else.
 */
const BLOB_HOST = /^[a-z0-9]{3,24}(\.z\d{1,2})?\.blob\.([a-z0-9-]+\.)+[a-z]+$/;
const CONTAINER_AND_BLOB = /^\/(\$root|[a-z0-9](-?[a-z0-9]){2,62})\/.*[^/]$/;

/**
 * The place that a setting names: a path, or the address of a blob without a signature.
 * @throws Fault `config-invalid` that says what may stand there.
 */
export function parsePlace(text: string): NamedPlace {
  if (findScheme(text) === null) return { kind: 'file', path: resolve(text) };
  const url = URL.canParse(text) ? new URL(text) : null;
  const isBlob =
    url?.protocol === 'https:' &&
    url.port === '' &&
    BLOB_HOST.test(url.hostname) &&
    CONTAINER_AND_BLOB.test(url.pathname);
  if (isBlob && url.search === '' && url.hash === '' && url.username === '') return { kind: 'blob', url };
  const right = isBlob
    ? 'write only the address of the blob: it is read as the identity of the function app, and a signature is a secret'
    : 'write the path of a file, or https://<account>.blob.core.windows.net/<container>/<blob>';
  throw namesNoPlace(text, right);
}
