/** Records by id, to be read. */
export interface Rows<Item, Index extends string = string> {
  readonly size: number;
  get(id: string): Item | undefined;
  has(id: string): boolean;
  values(): Iterable<Item>;
  entries(): Iterable<readonly [id: string, item: Item]>;
  /** The records that an index has under a key. */
  under(index: Index, key: string): readonly Item[];
  /** Whether there is an index of that name. */
  isIndexed(name: string): name is Index;
}

/** Records by id, with what Describe calls show of them. */
export interface Table<Item, Index extends string = string> extends Rows<Item, Index> {
  set(id: string, item: Item): void;
  delete(id: string): void;
  /** The records as they were a while ago. */
  readonly seen: Rows<Item, Index>;
}

/** By what records are found; an index is named as the filter of Describe calls that it serves. */
export type Indexes<Item, Index extends string> = Readonly<Record<Index, (item: Item) => string | null>>;

/** How long changes stay unseen, by which clock. */
export interface Lag {
  readonly delayMs: number;
  readonly nowMs: () => number;
}

export function createTable<Item, Index extends string = never>(
  lag: Lag,
  indexes: Indexes<Item, Index>,
): Table<Item, Index> {
  const held = createIndexed(indexes);
  if (lag.delayMs === 0) return Object.assign(held, { seen: held });
  const shown = createIndexed(indexes);
  const late: { readonly atMs: number; readonly change: () => void }[] = [];

  const catchUp = (): Rows<Item, Index> => {
    const untilMs = lag.nowMs() - lag.delayMs;
    const end = late.findIndex(({ atMs }) => atMs > untilMs);
    for (const { change } of late.splice(0, end === -1 ? late.length : end)) change();
    return shown;
  };
  const postpone = (change: () => void): void => void late.push({ atMs: lag.nowMs(), change });

  return {
    ...held,
    get size() {
      return held.size;
    },
    set(id, item) {
      held.set(id, item);
      postpone(() => shown.set(id, item));
    },
    delete(id) {
      held.delete(id);
      postpone(() => shown.delete(id));
    },
    get seen() {
      return catchUp();
    },
  };
}

type Indexed<Item, Index extends string> = Omit<Table<Item, Index>, 'seen'>;

function createIndexed<Item, Index extends string>(indexes: Indexes<Item, Index>): Indexed<Item, Index> {
  const items = new Map<string, Item>();
  const maintained = Object.entries<(item: Item) => string | null>(indexes).map(([name, keyOf]) => ({
    name,
    keyOf,
    byKey: new Map<string, Map<string, Item>>(),
  }));
  const byName = new Map(maintained.map(({ name, byKey }) => [name, byKey]));

  return {
    get size() {
      return items.size;
    },
    get: (id) => items.get(id),
    has: (id) => items.has(id),
    values: () => items.values(),
    entries: () => items.entries(),
    under: (index, key) => [...(byName.get(index)?.get(key)?.values() ?? [])],
    isIndexed: (name): name is Index => byName.has(name),
    set(id, item) {
      const before = items.get(id);
      items.set(id, item);
      for (const { keyOf, byKey } of maintained)
        move(byKey, id, before === undefined ? null : keyOf(before), keyOf(item), item);
    },
    delete(id) {
      const before = items.get(id);
      if (before === undefined) return;
      items.delete(id);
      for (const { keyOf, byKey } of maintained) leave(byKey, id, keyOf(before));
    },
  };
}

function move<Item>(
  byKey: Map<string, Map<string, Item>>,
  id: string,
  from: string | null,
  to: string | null,
  item: Item,
): void {
  if (from !== to) leave(byKey, id, from);
  if (to === null) return;
  const there = byKey.get(to) ?? new Map<string, Item>();
  byKey.set(to, there);
  there.set(id, item);
}

function leave<Item>(byKey: Map<string, Map<string, Item>>, id: string, key: string | null): void {
  if (key === null) return;
  const there = byKey.get(key);
  there?.delete(id);
  if (there?.size === 0) byKey.delete(key);
}
