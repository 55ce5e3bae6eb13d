/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** `null` on the last page. */
  readonly next: string | null;
}

/** The largest page that the describe calls give. */
export const PAGE_SIZE = 1000;

/** The values that the filters of one call take together; with more it is refused with `FilterLimitExceeded`. */
export const FILTER_VALUES = 200;

/** A page from what an SDK command answers; an empty token is none. */
export const toPage = <Item>(items: readonly Item[] | undefined, nextToken: string | undefined): Page<Item> => ({
  items: items ?? [],
  next: nextToken === undefined || nextToken === '' ? null : nextToken,
});

/** All items from the first page to the last. A list that was read in part is thrown away: it throws when one page fails. */
export async function readPages<Item>(read: (token: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let page = await read(undefined);
  items.push(...page.items);
  while (page.next !== null) {
    page = await read(page.next);
    items.push(...page.items);
  }
  return items;
}

/** Values in groups that one filter takes. */
export function toChunks<Value>(values: readonly Value[], size: number): Value[][] {
  const chunks: Value[][] = [];
  for (let at = 0; at < values.length; at += size) chunks.push(values.slice(at, at + size));
  return chunks;
}
