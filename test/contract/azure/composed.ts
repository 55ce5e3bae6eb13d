import { compose, type Env } from '../../../functions/compose.ts';
import type { AzureDestination, Config } from '../../../shared/config/config.ts';
import type { Fault } from '../../../shared/fault.ts';
import {
  findOwner,
  parseAccountId,
  parseDestinationName,
  parseEndpointId,
  parseTargetId,
} from '../../../shared/ids.ts';
import type { Deps } from '../../../shared/ports.ts';
import type { Owner, RulesVersion, Scope } from '../../../shared/words.ts';
import { credentialOf, type Identity, TENANT_ID } from '../../../local/azure/identities.ts';
import type { AzureCloud } from '../../../local/azure/start.ts';
import { networkPath } from '../../local/azure/fleet.ts';

export const OWNER = findOwner('soc') as Owner;

/** Our own identity, which is nobody of the fleet. */
const OURSELVES: Identity = {
  appId: 'bbbbbbbb-0000-4000-8000-000000000001',
  objectId: 'bbbbbbbb-0000-4000-8000-000000000002',
  tenantId: TENANT_ID,
  name: 'tapkeeper',
};

type Entry = AzureDestination['entry'];

export const tapEntry = (cloud: AzureCloud, name = 'tap'): Entry => ({
  kind: 'virtualNetworkTap',
  id: parseTargetId(networkPath(cloud, `virtualNetworkTaps/${name}`)),
});

export const frontendEntry = (cloud: AzureCloud): Entry => ({
  kind: 'loadBalancerFrontend',
  id: parseEndpointId(networkPath(cloud, 'loadBalancers/lb/frontendIPConfigurations/front')),
});

/** Rules that name these entries and wish nothing. */
export const toConfig = (entries: readonly Entry[]): Config => ({
  version: 1,
  owner: OWNER,
  formerOwners: [],
  policy: 'sync',
  guard: { count: 20, percent: 10 },
  interruption: { inFlight: 5, settleSeconds: 30, windows: [] },
  slots: 1,
  graceHours: 72,
  destinations: entries.map((entry, index) => ({
    cloud: 'azure',
    name: parseDestinationName(`sensor-${index}`),
    entry,
  })),
  pools: [],
  rules: [],
});

export const scopeOf = (cloud: AzureCloud): Scope => ({
  cloud: 'azure',
  account: parseAccountId(cloud.subscription),
  region: null,
});

/** What the function app composes, over a local cloud: the SDK's own pipeline over HTTP, whose pauses last until nothing is going on there. */
export function composeOver(cloud: AzureCloud, entries: readonly Entry[], env: Env = {}): Deps {
  return compose(
    { TAPKEEPER_SUBSCRIPTIONS: cloud.subscriptions.join(), AzureWebJobsStorage: cloud.storageConnectionString, ...env },
    {
      credential: credentialOf(OURSELVES),
      httpClient: cloud.httpClient,
      pause: () => cloud.idle(),
      rules: { followedBy: 'reader', load: async () => ({ config: toConfig(entries), version: 'v' as RulesVersion }) },
    },
  );
}

/** What a promise was rejected with. */
export const faultOf = (promise: Promise<unknown>): Promise<Fault> =>
  promise.then(
    () => Promise.reject(new Error('it was not rejected')),
    (thrown: unknown) => thrown as Fault,
  );
