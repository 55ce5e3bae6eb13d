import type {
  CreateListenerCommandInput,
  DeleteListenerCommandInput,
  DescribeListenersCommandInput,
  Listener as ListenerView,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { refusal } from '../ec2/errors.ts';
import type { Balancers, Listener, Protocol } from './balancers.ts';
import { listenersOf, newListenerArn, PROTOCOLS } from './balancers.ts';
import type { ServiceAction, ServiceCall } from './call.ts';
import { balancerNotFound, checkArn, findOwn } from './load-balancing.ts';
import { toMarkedPage } from './marker.ts';
import { invalid } from './read.ts';

/** The actions on listeners of Network Load Balancers. Target groups are not kept: their ARNs need only look right. */
export const listenerActions = (balancers: Balancers) =>
  ({
    CreateListener: (call: ServiceCall, request: CreateListenerCommandInput) => ({
      Listeners: [toView(createListener(balancers, call, request))],
    }),
    DescribeListeners: (call: ServiceCall, request: DescribeListenersCommandInput) => {
      const page = toMarkedPage(pick(balancers, call, request), ({ arn }) => arn, request);
      return { Listeners: page.items.map(toView), NextMarker: page.NextMarker };
    },
    DeleteListener: (call: ServiceCall, { ListenerArn: arn = '' }: DeleteListenerCommandInput) => {
      getListener(balancers, call, arn);
      balancers.listeners.delete(arn);
      return {};
    },
  }) satisfies Record<string, ServiceAction>;

function createListener(balancers: Balancers, call: ServiceCall, request: CreateListenerCommandInput): Listener {
  const { LoadBalancerArn: balancerArn = '', Port: port = 0, DefaultActions: actions = [] } = request;
  checkArn(balancerArn);
  if (findOwn(balancers, call, balancerArn) === null) throw balancerNotFound(balancerArn);
  const protocol = readProtocol(request.Protocol);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw invalid(`Value '${port}' at 'port' failed to satisfy constraint: Member must be between 1 and 65535`);
  }
  const targetGroupArn = readTargetGroup(actions);
  if (listenersOf(balancers, balancerArn).some((one) => one.port === port)) {
    throw refusal(
      'DuplicateListener',
      `A listener already exists on this port for this load balancer '${balancerArn}'`,
    );
  }
  const arn = newListenerArn(balancerArn, call.random);
  const listener = { arn, balancerArn, protocol, port, targetGroupArn };
  balancers.listeners.set(arn, listener);
  return listener;
}

function readProtocol(given: string | undefined): Protocol {
  const known = PROTOCOLS.find((protocol) => protocol === given);
  if (known !== undefined) return known;
  throw invalid(`A network load balancer's listener takes one of ${PROTOCOLS.join(', ')}, not '${given ?? ''}'`);
}

function readTargetGroup(actions: NonNullable<CreateListenerCommandInput['DefaultActions']>): string {
  const [action, second] = actions;
  const arn = action?.TargetGroupArn ?? action?.ForwardConfig?.TargetGroups?.[0]?.TargetGroupArn ?? '';
  if (action?.Type !== 'forward' || second !== undefined) {
    throw refusal(
      'InvalidLoadBalancerAction',
      'A network load balancer forwards to a target group, and does nothing else',
    );
  }
  if (/^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup\/.+/.test(arn)) return arn;
  throw invalid(`'${arn}' is not a valid target group ARN`);
}

function pick(
  balancers: Balancers,
  call: ServiceCall,
  { LoadBalancerArn: balancerArn, ListenerArns: arns = [] }: DescribeListenersCommandInput,
): readonly Listener[] {
  if (arns.length > 0) return [...new Set(arns)].map((arn) => getListener(balancers, call, arn));
  if (balancerArn === undefined) throw invalid('You must specify either listener ARNs or a load balancer ARN');
  checkArn(balancerArn);
  if (findOwn(balancers, call, balancerArn) === null) throw balancerNotFound(balancerArn);
  return listenersOf(balancers, balancerArn);
}

function getListener(balancers: Balancers, call: ServiceCall, arn: string): Listener {
  const found = balancers.listeners.get(arn);
  if (found !== undefined && findOwn(balancers, call, found.balancerArn) !== null) return found;
  throw refusal('ListenerNotFound', `One or more listeners not found: '${arn}'`);
}

const toView = ({ arn, balancerArn, protocol, port, targetGroupArn }: Listener): ListenerView => ({
  ListenerArn: arn,
  LoadBalancerArn: balancerArn,
  Protocol: protocol,
  Port: port,
  DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroupArn, Order: 1 }],
});
