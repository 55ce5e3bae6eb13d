import type { Listener, LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import { parseAccountId } from '../../../shared/ids.ts';
import type { Target } from '../../../shared/words.ts';
import { describeThrown } from '../faults.ts';
import { PERMISSIONS, type Permission } from '../permissions.ts';
import type { AwsScope } from '../scope.ts';
import type { Balancers } from './balancers.ts';

/** Mirrored packets are VXLAN in UDP, always to this port (https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-packet-formats.html). */
const VXLAN_PORT = 4789;

const TAKES_UDP: ReadonlySet<string> = new Set(['UDP', 'TCP_UDP']);

/** `active_impaired` routes traffic too; it only cannot grow. */
const ROUTES: ReadonlySet<string> = new Set(['active', 'active_impaired']);

/** Load balancers of one account, and where they are asked about. */
interface Place {
  readonly scope: AwsScope;
  readonly arns: readonly string[];
}

/** What a closer look found: what speaks against it, or else why that could not be told. */
export type Health = Pick<Target, 'unhealthy' | 'unchecked'>;

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

/**
 * Load balancers by the account that they are in: the API shows a caller its own only. Of those in accounts that this
 * deployment does not keep, nothing can be told.
 */
export function toPlaces(
  scope: AwsScope,
  arns: readonly string[],
  keeps: (account: string) => boolean,
): readonly Place[] {
  const accounts = [...new Set(arns.map(accountOf))].filter((account) => account === scope.account || keeps(account));
  return accounts.map((account) => ({
    scope: { ...scope, account: parseAccountId(account) },
    arns: arns.filter((arn) => accountOf(arn) === account),
  }));
}

/** What a load balancer that does not exist, or is not there yet, needs. */
function stateAgainst(arn: string, balancer: LoadBalancer | undefined, { region }: AwsScope): string | null {
  if (balancer === undefined) {
    return `load balancer ${arn} does not exist; create one with a mirror target in front of it, and name it in the rules`;
  }
  const code = balancer.State?.Code?.toLowerCase();
  if (code === undefined || ROUTES.has(code)) return null;
  const reason = balancer.State?.Reason === undefined ? '' : ` (${balancer.State.Reason})`;
  const step = code === 'provisioning' ? 'wait load-balancer-available' : 'describe-load-balancers';
  return `load balancer ${arn} is ${code}${reason}; see: aws elbv2 ${step} --region ${region} --load-balancer-arns ${arn}`;
}

/** Without such a listener the session is made all the same, and its packets vanish without an error. */
function listenersAgainst(arn: string, listeners: readonly Listener[], { region }: AwsScope): string | null {
  const isRight = ({ Port, Protocol }: Listener): boolean => Port === VXLAN_PORT && TAKES_UDP.has(Protocol ?? '');
  if (listeners.some(isRight)) return null;
  return (
    `load balancer ${arn} has no UDP or TCP_UDP listener on port ${VXLAN_PORT}; create one: ` +
    `aws elbv2 create-listener --region ${region} --load-balancer-arn ${arn} --protocol UDP --port ${VXLAN_PORT} ` +
    '--default-actions Type=forward,TargetGroupArn=TARGET_GROUP_ARN'
  );
}

/**
 * Whether each load balancer is in order, by ARN
 * (https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-targets.html). What AWS did not tell is said.
 */
export async function healthOfBalancers(
  places: readonly Place[],
  balancersFor: (scope: AwsScope) => Promise<Balancers>,
): Promise<ReadonlyMap<string, Health>> {
  const health = places.map((place) => healthAt(place, balancersFor));
  return new Map((await Promise.all(health)).flat());
}

async function healthAt(
  { scope, arns }: Place,
  balancersFor: (scope: AwsScope) => Promise<Balancers>,
): Promise<readonly (readonly [string, Health])[]> {
  const balancers = Promise.resolve(scope).then(balancersFor);
  const described = balancers.then(({ describe }) => describe(arns));
  const healthOf = async (arn: string): Promise<Health> => {
    const balancer = described.then((all) => all.find(({ LoadBalancerArn }) => LoadBalancerArn === arn));
    const listeners = balancers.then(({ listeners: read }) => read(arn));
    const untold = (permission: Permission) => (thrown: unknown) => describeThrown(thrown, permission, arn, scope);
    const [state, ports] = await Promise.all([
      toHealth(
        balancer.then((found) => stateAgainst(arn, found, scope)),
        untold(PERMISSIONS.describeLoadBalancers),
      ),
      toHealth(
        listeners.then((found) => listenersAgainst(arn, found, scope)),
        untold(PERMISSIONS.describeListeners),
      ),
    ]);
    return join(state, ports);
  };
  return Promise.all(arns.map(async (arn) => [arn, await healthOf(arn)] as const));
}

/** What one call found. */
async function toHealth(against: Promise<string | null>, untold: (thrown: unknown) => string): Promise<Health> {
  try {
    return { unhealthy: await against, unchecked: null };
  } catch (thrown) {
    return { unhealthy: null, unchecked: untold(thrown) };
  }
}

/** What speaks against it is said whatever else could not be told. */
function join(...halves: readonly Health[]): Health {
  const unhealthy = halves.find((half) => half.unhealthy !== null)?.unhealthy ?? null;
  const untold = [...new Set(halves.flatMap(({ unchecked }) => unchecked ?? []))].join('; ');
  return { unhealthy, unchecked: unhealthy !== null || untold === '' ? null : untold };
}
