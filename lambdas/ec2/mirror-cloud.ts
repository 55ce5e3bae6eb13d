import type { EC2Client } from '@aws-sdk/client-ec2';
import { Fault } from '../../shared/fault.ts';
import type { Clock, MirrorCloud, Outcome } from '../../shared/ports.ts';
import type { Scope } from '../../shared/words.ts';
import type { Balancers } from './destinations/balancers.ts';
import { inspector } from './destinations/inspect.ts';
import { inventory } from './read/inventory.ts';
import { readsOf } from './read/reads.ts';
import type { AwsScope } from './scope.ts';
import { apply } from './write/apply.ts';
import type { Release } from './write/release.ts';

/** What a client is for: throttled reads are retried by the SDK, throttled writes by the pace of their lane. */
export type ClientUse = 'read' | 'write';

/** What the use case's cloud is made of. */
export interface Ec2 {
  readonly scopes: readonly AwsScope[];
  readonly clientFor: (scope: AwsScope, use: ClientUse) => EC2Client;
  readonly balancersFor: (scope: AwsScope) => Promise<Balancers>;
  readonly releaseFor: (scope: AwsScope) => Promise<Release>;
  readonly clock: Clock;
  readonly newToken: () => string;
}

const awsOnly = (scope: Scope): AwsScope => {
  if (scope.cloud === 'aws') return scope;
  throw new Fault('unexpected', `reading subscription ${scope.account} through EC2: it is no AWS account`);
};

/**
 * A target that is full although the count said otherwise is known to be full from here on. So the source is planned again at
 * once: a pool's next member takes it, and when there is none the plan says so.
 */
function tryElsewhere(outcome: Outcome): Outcome {
  const isRefused = outcome.kind === 'held' && outcome.hold.code === 'destination-full';
  if (!isRefused || outcome.change.kind !== 'attach') return outcome;
  return { kind: 'conflict', change: outcome.change, detail: outcome.hold.detail };
}

/** AWS as the use case sees it. */
export function ec2MirrorCloud(parts: Ec2): MirrorCloud {
  const { scopes, clientFor, balancersFor, releaseFor, clock, newToken } = parts;
  const readsFor = (scope: AwsScope) => readsOf(clientFor(scope, 'read'), scope);
  const { read, forget, learn } = inventory(readsFor, clock);
  const keeps = (account: string): boolean => scopes.some((scope) => scope.account === account);
  const inspect = inspector({ readsFor, balancersFor, keeps, clock });
  return {
    cloud: 'aws',
    scopes: async () => scopes,
    keeps: (scope) => scopes.some(({ account, region }) => account === scope.account && region === scope.region),
    read: async (scope, selection) => read(awsOnly(scope), selection),
    forget: (scope) => forget(awsOnly(scope)),
    inspect: async (scope, targets) => inspect(awsOnly(scope), targets),
    release: async (scope, hook) => (await releaseFor(awsOnly(scope)))(hook),
    apply: async (scope, change, owner) => {
      const here = awsOnly(scope);
      const outcome = await apply({ client: clientFor(here, 'write'), scope: here, newToken }, change, owner);
      learn(here, outcome);
      return tryElsewhere(outcome);
    },
  };
}
