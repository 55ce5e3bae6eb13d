import type { Listener, LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2';
import { parseAccountId } from '../../shared/ids.ts';
import type { Balancers } from './balancers.ts';
import type { AwsScope } from './convert.ts';

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
 * What speaks against mirroring to each load balancer, by ARN; nothing against those that are in order or cannot be told
 * (https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-targets.html).
 */
export async function balancersAgainst(
  places: readonly Place[],
  balancersFor: (scope: AwsScope) => Promise<Balancers>,
): Promise<ReadonlyMap<string, string>> {
  const against = places.map((place) => againstAt(place, balancersFor));
  return new Map((await Promise.all(against)).flat());
}

async function againstAt(
  { scope, arns }: Place,
  balancersFor: (scope: AwsScope) => Promise<Balancers>,
): Promise<readonly (readonly [string, string])[]> {
  const balancers = Promise.resolve(scope).then(balancersFor);
  const described = orUnknown(balancers.then(({ describe }) => describe(arns)));
  const against = arns.map(async (arn) => {
    const [found, listeners] = await Promise.all([
      described,
      orUnknown(balancers.then(({ listeners: read }) => read(arn))),
    ]);
    const balancer = found?.find(({ LoadBalancerArn }) => LoadBalancerArn === arn);
    const state = found === null ? null : stateAgainst(arn, balancer, scope);
    const why = state ?? (listeners === null ? null : listenersAgainst(arn, listeners, scope));
    return why === null ? [] : [[arn, why] as const];
  });
  return (await Promise.all(against)).flat();
}

/** `null` for what could not be read. */
async function orUnknown<Value>(read: Promise<Value>): Promise<Value | null> {
  try {
    return await read;
  } catch {
    return null;
  }
}
