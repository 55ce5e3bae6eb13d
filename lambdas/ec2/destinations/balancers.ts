import type * as Sdk from '@aws-sdk/client-elastic-load-balancing-v2';
import type { ElasticLoadBalancingV2Client, Listener, LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import { toRefusal } from '../faults.ts';
import { readPages, toChunks, toPage, type Page } from '../read/pages.ts';

/** What the load balancing API tells of load balancers. What it refuses is thrown, except that one does not exist. */
export interface Balancers {
  /** Those of the ARNs that exist. */
  describe(arns: readonly string[]): Promise<readonly LoadBalancer[]>;
  /** None of a load balancer that does not exist. */
  listeners(arn: string): Promise<readonly Listener[]>;
}

/** The parts of the SDK that are used: its module is loaded by whoever builds the client, after a cold start. */
type Commands = Pick<typeof Sdk, 'DescribeListenersCommand' | 'DescribeLoadBalancersCommand'>;

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html: 20 ARNs a call. */
const ARNS_PER_CALL = 20;
/** The same reference, DescribeListeners: `PageSize`, 1 to 400. */
const LISTENERS_PER_PAGE = 400;

/**
 * A launch waits for the answer, retries and all: where nobody can be reached (a function in a subnet without a way to this
 * API) it must not wait long to learn nothing.
 */
const LONGEST_MS = 3_000;

const withinTime = (): { abortSignal: AbortSignal } => ({ abortSignal: AbortSignal.timeout(LONGEST_MS) });

/** The code on the wire, and the name of the exception that the SDK makes of it. */
const NOT_FOUND: ReadonlySet<string> = new Set(['LoadBalancerNotFound', 'LoadBalancerNotFoundException']);

const isNotFound = (thrown: unknown): boolean => NOT_FOUND.has(toRefusal(thrown).code);

async function orNone<Item>(asked: Promise<readonly Item[]>): Promise<readonly Item[]> {
  try {
    return await asked;
  } catch (thrown) {
    if (isNotFound(thrown)) return [];
    throw thrown;
  }
}

/** Load balancers over one client. */
export function balancersOf(sdk: Commands, client: ElasticLoadBalancingV2Client): Balancers {
  const describeTogether = async (arns: readonly string[]): Promise<readonly LoadBalancer[]> => {
    const command = new sdk.DescribeLoadBalancersCommand({ LoadBalancerArns: [...arns] });
    return (await client.send(command, withinTime())).LoadBalancers ?? [];
  };

  /** One that does not exist fails a call whole: then each is asked for alone. */
  const describeSome = async (arns: readonly string[]): Promise<readonly LoadBalancer[]> => {
    try {
      return await describeTogether(arns);
    } catch (thrown) {
      if (!isNotFound(thrown)) throw thrown;
      if (arns.length === 1) return [];
      return (await Promise.all(arns.map((arn) => orNone(describeTogether([arn]))))).flat();
    }
  };

  const listenersPage = async (LoadBalancerArn: string, Marker: string | undefined): Promise<Page<Listener>> => {
    const command = new sdk.DescribeListenersCommand({ LoadBalancerArn, Marker, PageSize: LISTENERS_PER_PAGE });
    const answer = await client.send(command, withinTime());
    return toPage(answer.Listeners, answer.NextMarker);
  };

  return {
    describe: async (arns) => (await Promise.all(toChunks(arns, ARNS_PER_CALL).map(describeSome))).flat(),
    listeners: (arn) => orNone(readPages((marker) => listenersPage(arn, marker))),
  };
}
