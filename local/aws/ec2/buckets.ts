/** A bucket of tokens: how many it holds, and how many come back in a second. */
interface Size {
  readonly capacity: number;
  readonly perSecond: number;
}

/** https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html, as of autumn 2026. */
const READING: Size = { capacity: 100, perSecond: 20 };
const READING_EVERYTHING: Size = { capacity: 50, perSecond: 10 };
const CHANGING: Size = { capacity: 50, perSecond: 5 };

/** Actions with a size of their own. */
const SIZES: Readonly<Record<string, Size>> = {
  CreateTags: { capacity: 100, perSecond: 10 },
  DeleteTags: { capacity: 100, perSecond: 10 },
  CreateNetworkInterface: { capacity: 100, perSecond: 5 },
  RunInstances: { capacity: 5, perSecond: 2 },
};

/** Instances that are launched, beside the calls that launch them. */
const LAUNCHES: Size = { capacity: 1000, perSecond: 2 };

/** Lists that are shorter of tokens when they are neither filtered nor paged. */
const LISTS = new Set(['DescribeInstances', 'DescribeNetworkInterfaces']);

/** One call, as its tokens are counted. */
export interface Metered {
  readonly account: string;
  readonly region: string;
  readonly action: string;
  readonly request: object;
}

/** The token buckets of each account, region and action. */
export interface Buckets {
  /** Takes the tokens of a call; `false`: there are too few, and none was taken. */
  take(call: Metered): boolean;
}

export function createBuckets(nowMs: () => number): Buckets {
  const held = new Map<string, Bucket>();
  const bucketOf = (key: string, size: Size): Bucket => {
    const bucket = held.get(key) ?? createBucket(size, nowMs);
    held.set(key, bucket);
    return bucket;
  };
  return {
    take(call) {
      const wanted = costsOf(call).map(({ name, size, tokens }) => ({
        bucket: bucketOf(`${call.account} ${call.region} ${name}`, size),
        tokens,
      }));
      if (!wanted.every(({ bucket, tokens }) => bucket.has(tokens))) return false;
      for (const { bucket, tokens } of wanted) bucket.remove(tokens);
      return true;
    },
  };
}

interface Cost {
  readonly name: string;
  readonly size: Size;
  readonly tokens: number;
}

function costsOf({ action, request }: Metered): readonly Cost[] {
  if (/^(Describe|Get)/.test(action)) {
    const isEverything = LISTS.has(action) && !isNarrow(request);
    return [
      isEverything
        ? { name: `${action} of everything`, size: READING_EVERYTHING, tokens: 1 }
        : { name: action, size: READING, tokens: 1 },
    ];
  }
  const calls = { name: action, size: SIZES[action] ?? CHANGING, tokens: 1 };
  if (action !== 'RunInstances') return [calls];
  const { MaxCount: tokens } = request as { readonly MaxCount: number };
  return [calls, { name: 'launches', size: LAUNCHES, tokens }];
}

/** Whether a list is filtered or paged. */
const isNarrow = (request: object): boolean =>
  'MaxResults' in request ||
  'NextToken' in request ||
  ['Filters', 'InstanceIds', 'NetworkInterfaceIds'].some((name) => isFilled(request, name));

const isFilled = (request: object, name: string): boolean => {
  const given: unknown = Reflect.get(request, name);
  return Array.isArray(given) && given.length > 0;
};

interface Bucket {
  has(tokens: number): boolean;
  remove(tokens: number): void;
}

/** Counts thousandths of tokens, which whole milliseconds refill without rounding. */
function createBucket({ capacity, perSecond }: Size, nowMs: () => number): Bucket {
  let level = capacity * 1000;
  let atMs = nowMs();
  const refill = (): void => {
    const now = nowMs();
    level = Math.min(capacity * 1000, level + (now - atMs) * perSecond);
    atMs = now;
  };
  return {
    has(tokens) {
      refill();
      return level >= tokens * 1000;
    },
    remove: (tokens) => void (level -= tokens * 1000),
  };
}
