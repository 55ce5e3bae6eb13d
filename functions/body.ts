import type { HttpRequest } from '@azure/functions';
import { LONGEST_BODY } from '../shared/reconcile/resync/request.ts';

/** No character takes more in UTF-8, so what is longer has too many of them. */
const LONGEST_BYTES = LONGEST_BODY * 4;

/**
 * The text of a request's body, or `null` when it is longer than any that is understood. Of what is longer no more is read than it
 * takes to know: the host lets a hundred megabytes through
 * (https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger#limits).
 */
export async function findBody({ headers, body }: Pick<HttpRequest, 'headers' | 'body'>): Promise<string | null> {
  if (Number(headers.get('content-length') ?? 0) > LONGEST_BYTES) return null;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > LONGEST_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
