import type { Instance, NetworkInterface, TrafficMirrorTarget } from '@aws-sdk/client-ec2';
import type { Target } from '../../../shared/words.ts';
import type { Reads } from '../read/reads.ts';
import { isOwnedHere, type AwsScope } from '../scope.ts';
import { capacityOf, DEFAULT_CAPACITY } from './target-types.ts';

/** What the interface behind a target, and the instance that it is attached to, say of it. */
export type Host = Pick<Target, 'zone' | 'unhealthy' | 'capacity'>;

/** By interface id. What could not be read is not in it, and speaks against nothing. */
export type Hosts = ReadonlyMap<string, Host>;

/** A host of which nothing is known: the cloud's refusal is what tells whether it is full. */
export const UNKNOWN_HOST: Host = { zone: null, unhealthy: null, capacity: null };

/** The interfaces behind targets. Of a target that another account shares, the interface cannot be described. */
export const hostIdsOf = (scope: AwsScope, targets: readonly TrafficMirrorTarget[]): readonly string[] => [
  ...new Set(
    targets.filter(({ OwnerId }) => isOwnedHere(scope, OwnerId)).flatMap(({ NetworkInterfaceId: id }) => id ?? []),
  ),
];

/** By interface; a terminated instance has none any more. */
const byInterface = (instances: readonly Instance[]): ReadonlyMap<string, Instance> =>
  new Map(
    instances.flatMap((instance) =>
      (instance.NetworkInterfaces ?? []).map(({ NetworkInterfaceId: id }) => [id ?? '', instance] as const),
    ),
  );

/** A session to an interface of an instance that does not run is refused with `InvalidTrafficMirrorTarget`. */
function onInstance(id: string, instance: Instance): Host {
  const state = instance.State?.Name?.toLowerCase() ?? 'running';
  const stopped = `its interface ${id} is attached to instance ${instance.InstanceId}, which is ${state}; start the instance`;
  return {
    zone: instance.Placement?.AvailabilityZone ?? null,
    unhealthy: state === 'running' ? null : stopped,
    capacity: capacityOf(instance.InstanceType ?? ''),
  };
}

function withoutInstance(id: string, found: NetworkInterface | undefined): Host {
  if (found === undefined) {
    const unhealthy = `its interface ${id} does not exist; create a mirror target in front of another one, and name it in the rules`;
    return { zone: null, unhealthy, capacity: DEFAULT_CAPACITY };
  }
  const { AvailabilityZone: zone = null, Attachment: attachment } = found;
  const isFree = attachment === undefined || attachment.Status?.toLowerCase() === 'detached';
  const unhealthy = isFree ? `its interface ${id} is attached to no instance; attach it to one that runs` : null;
  // Else it is attached to an instance of somebody else's, which is not listed here.
  return { zone, unhealthy, capacity: DEFAULT_CAPACITY };
}

/** The hosts of interfaces, out of lists that are whole. */
export function toHosts(
  ids: readonly string[],
  instances: readonly Instance[],
  interfaces: readonly NetworkInterface[],
): Hosts {
  const instanceOf = byInterface(instances);
  const interfaceOf = new Map(interfaces.map((found) => [found.NetworkInterfaceId, found]));
  return new Map(
    ids.map((id) => {
      const instance = instanceOf.get(id);
      return [id, instance === undefined ? withoutInstance(id, interfaceOf.get(id)) : onInstance(id, instance)];
    }),
  );
}

/** The hosts of interfaces, by one call, and by a second one only when some are attached to no instance that is listed. */
export async function readHosts(reads: Reads, ids: readonly string[]): Promise<Hosts> {
  const instances = await reads.instances({ filter: 'network-interface.network-interface-id', values: ids });
  const listed = byInterface(instances);
  const values = ids.filter((id) => !listed.has(id));
  return toHosts(ids, instances, await reads.interfaces({ filter: 'network-interface-id', values }));
}
