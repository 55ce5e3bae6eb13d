/** How often what was called; the figures of the project are asserted on these. */
export interface CallCounters {
  /** By method and type, as `PUT Microsoft.Network/networkInterfaces`; a GET of a collection is `LIST`, of an operation `POLL`; what quotas refused is `THROTTLED GET`. */
  counts(): Readonly<Record<string, number>>;
  /** GET and LIST; polls of operations are not reads. */
  reads(): number;
  /** PUT, PATCH, POST and DELETE. */
  writes(): number;
  reset(): void;
}

/** The counters and the way to count. */
export interface CountingCounters extends CallCounters {
  count(method: string, type: string): void;
}

const isRead = (key: string): boolean => /^(GET|LIST) /.test(key);
const isWrite = (key: string): boolean => /^(PUT|PATCH|POST|DELETE) /.test(key);

export function newCounters(): CountingCounters {
  const counts = new Map<string, number>();
  const sum = (isCounted: (key: string) => boolean): number =>
    [...counts].reduce((total, [key, count]) => (isCounted(key) ? total + count : total), 0);
  return {
    count: (method, type) => void counts.set(`${method} ${type}`, (counts.get(`${method} ${type}`) ?? 0) + 1),
    counts: () => Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    reads: () => sum(isRead),
    writes: () => sum(isWrite),
    reset: () => counts.clear(),
  };
}
