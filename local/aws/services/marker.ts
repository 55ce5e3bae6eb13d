import { invalid } from './read.ts';

/** What a paged request of load balancing asks for. */
export interface MarkedRequest {
  readonly Marker?: string | undefined;
  readonly PageSize?: number | undefined;
}

/** The bounds of `PageSize`; without one a page holds as many as the most. */
const MOST = 400;

/** One page of items in the order of their keys; the marker is the last key that was shown. @throws Refusal */
export function toMarkedPage<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { Marker: marker = '', PageSize: size = MOST }: MarkedRequest,
): { readonly items: readonly Item[]; readonly NextMarker: string | undefined } {
  if (!Number.isInteger(size) || size < 1 || size > MOST) {
    throw invalid(`Value '${size}' at 'pageSize' failed to satisfy constraint: Member must be between 1 and ${MOST}`);
  }
  const after = readMarker(marker);
  const rest = items.filter((item) => keyOf(item) > after).toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return { items: page, NextMarker: rest.length > size && last !== undefined ? writeMarker(keyOf(last)) : undefined };
}

const writeMarker = (key: string): string => Buffer.from(`after ${key}`).toString('base64url');

function readMarker(marker: string): string {
  if (marker === '') return '';
  const [, key] = /^after (.+)$/.exec(Buffer.from(marker, 'base64url').toString()) ?? [];
  if (key === undefined) throw invalid(`The marker '${marker}' is not valid`);
  return key;
}
