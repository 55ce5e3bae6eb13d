import type { EC2Client } from '@aws-sdk/client-ec2';
import { Fault } from '../../shared/fault.ts';
import type { Clock, MirrorCloud } from '../../shared/ports.ts';
import type { Scope } from '../../shared/words.ts';
import { apply } from './apply.ts';
import type { AwsScope } from './convert.ts';
import { inventory } from './inventory.ts';
import { readsOf } from './reads.ts';

/** What the use case's cloud is made of. */
export interface Ec2 {
  readonly scopes: readonly AwsScope[];
  readonly clientFor: (scope: AwsScope) => EC2Client;
  readonly clock: Clock;
  readonly newToken: () => string;
}

const awsOnly = (scope: Scope): AwsScope => {
  if (scope.cloud === 'aws') return scope;
  throw new Fault('unexpected', `reading subscription ${scope.account} through EC2: it is no AWS account`);
};

/** AWS as the use case sees it. */
export function ec2MirrorCloud({ scopes, clientFor, clock, newToken }: Ec2): MirrorCloud {
  const { read, forget } = inventory((scope) => readsOf(clientFor(scope), scope), clock);
  return {
    cloud: 'aws',
    scopes: () => scopes,
    read: async (scope, selection) => read(awsOnly(scope), selection),
    forget: (scope) => forget(awsOnly(scope)),
    inspect: async (_scope, targets) => targets,
    release: async () => undefined,
    apply: async (scope, change, owner) => {
      const here = awsOnly(scope);
      return apply({ client: clientFor(here), scope: here, newToken }, change, owner);
    },
  };
}
