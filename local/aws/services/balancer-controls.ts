import type { Random } from '../ec2/randomness.ts';
import type { Balancers, BalancerState, Protocol } from './balancers.ts';
import { findBalancerParts, newListenerArn, removeBalancer } from './balancers.ts';

/** A Network Load Balancer that is simply there, in no subnet: what a test or a demo need not create over the API. */
export interface GivenBalancer {
  /** Its account and region are those that it exists in. */
  readonly arn: string;
  readonly state?: BalancerState;
  /** Those of a sensor, UDP 4789, when left out. */
  readonly listeners?: readonly { readonly protocol: Protocol; readonly port: number }[];
}

/** What happens to load balancers without a call. */
export interface BalancerControls {
  /** Has a load balancer exist, in place of one of that ARN. @throws Error when the ARN is none of a Network Load Balancer. */
  addBalancer(given: GivenBalancer): void;
  /** @throws Error when nothing has that ARN. */
  setBalancerState(arn: string, state: BalancerState): void;
}

/** A mirror target's load balancer needs a listener for VXLAN: https://docs.aws.amazon.com/vpc/latest/mirroring/tm-nlb.html */
const SENSOR_LISTENERS = [{ protocol: 'UDP', port: 4789 }] as const;

interface Surroundings {
  readonly nowMs: () => number;
  readonly random: Random;
  readonly changed: () => void;
}

export const balancerControls = ({ nowMs, random, changed }: Surroundings, balancers: Balancers): BalancerControls => ({
  addBalancer({ arn, state = 'active', listeners = SENSOR_LISTENERS }) {
    const parts = findBalancerParts(arn);
    if (parts === null) throw new Error(`adding the load balancer "${arn}": this is no Network Load Balancer's ARN`);
    removeBalancer(balancers, arn);
    balancers.all.set(arn, {
      arn,
      sequence: balancers.nextSequence(),
      name: parts.name,
      scheme: 'internal',
      subnetIds: [],
      createdMs: nowMs(),
      state,
    });
    const targetGroupArn = arn.replace(':loadbalancer/net/', ':targetgroup/');
    for (const { protocol, port } of listeners) {
      const listener = { arn: newListenerArn(arn, random), balancerArn: arn, protocol, port, targetGroupArn };
      balancers.listeners.set(listener.arn, listener);
    }
    changed();
  },
  setBalancerState(arn, state) {
    const held = balancers.all.get(arn);
    if (held === undefined) throw new Error(`setting the state of ${arn}: there is no such load balancer`);
    balancers.all.set(arn, { ...held, state });
    changed();
  },
});
