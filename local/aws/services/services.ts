import * as loadBalancing from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Balancer, BalancerState, Protocol } from './balancers.ts';
import { createBalancers, findBalancerParts, newListenerArn } from './balancers.ts';
import { listenerActions } from './listeners.ts';
import type { SubnetsOf } from './load-balancing.ts';
import { loadBalancerActions } from './load-balancing.ts';
import type { QueryService, ServiceSurroundings } from './query-service.ts';
import { createQueryService } from './query-service.ts';

/** A Network Load Balancer that is simply there: what a test or a demo need not create over the API. */
export interface GivenBalancer {
  /** Its account and region are those that it exists in. */
  readonly arn: string;
  readonly state?: BalancerState;
  /** Those of a sensor, UDP 4789, when left out. */
  readonly listeners?: readonly { readonly protocol: Protocol; readonly port: number }[];
}

/** What happens in the services beside EC2 without a call. */
export interface ServiceControls {
  /** Has a load balancer exist, in place of one of that ARN. @throws Error when the ARN is none of a Network Load Balancer. */
  addBalancer(given: GivenBalancer): void;
  /** @throws Error when nothing has that ARN. */
  setBalancerState(arn: string, state: BalancerState): void;
}

export interface Services {
  readonly all: readonly QueryService[];
  readonly controls: ServiceControls;
}

/** STS, load balancing and Auto Scaling of the local cloud. */
export function createServices(surroundings: ServiceSurroundings & { readonly subnetsOf: SubnetsOf }): Services {
  const balancers = createBalancers();
  const { changed } = surroundings;
  return {
    all: [
      createQueryService(surroundings, {
        name: 'elasticloadbalancing',
        version: '2015-12-01',
        namespace: 'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
        client: loadBalancing,
        actions: { ...loadBalancerActions(balancers, surroundings.subnetsOf), ...listenerActions(balancers) },
      }),
    ],
    controls: {
      addBalancer({ arn, state = 'active', listeners = SENSOR_LISTENERS }) {
        const parts = findBalancerParts(arn);
        if (parts === null)
          throw new Error(`adding the load balancer "${arn}": this is no Network Load Balancer's ARN`);
        const balancer: Balancer = {
          arn,
          sequence: balancers.nextSequence(),
          name: parts.name,
          scheme: 'internal',
          subnetIds: [...surroundings.subnetsOf(parts).keys()],
          createdMs: surroundings.nowMs(),
          state,
        };
        balancers.all.set(arn, balancer);
        for (const { protocol, port } of listeners) {
          const listenerArn = newListenerArn(arn, surroundings.random);
          const targetGroupArn = arn.replace(/:loadbalancer\/net\//, ':targetgroup/');
          balancers.listeners.set(listenerArn, { arn: listenerArn, balancerArn: arn, protocol, port, targetGroupArn });
        }
        changed();
      },
      setBalancerState(arn, state) {
        const held = balancers.all.get(arn);
        if (held === undefined) throw new Error(`setting the state of ${arn}: there is no such load balancer`);
        balancers.all.set(arn, { ...held, state });
        changed();
      },
    },
  };
}

/** What AWS documents a mirror target's load balancer to need: a UDP listener on the port of VXLAN. */
const SENSOR_LISTENERS = [{ protocol: 'UDP', port: 4789 }] as const;
