import type { NonEmpty } from './words.ts';

/** Items under their keys, keys and items in the order of their first appearance. */
export function groupBy<Item, Key extends string>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): Map<Key, NonEmpty<Item>> {
  const groups = new Map<Key, [Item, ...Item[]]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Runs of at most `size` items, in order. */
export function chunksOf<Item>(items: readonly Item[], size: number): readonly NonEmpty<Item>[] {
  const chunks: [Item, ...Item[]][] = [];
  for (const item of items) {
    const last = chunks.at(-1);
    if (last === undefined || last.length === size) chunks.push([item]);
    else last.push(item);
  }
  return chunks;
}
