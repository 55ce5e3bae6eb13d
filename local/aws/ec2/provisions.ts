import type { Origin } from './call.ts';
import type { Endpoint } from './endpoint.ts';
import { addInterface, attach } from './interfaces.ts';
import { addInstance } from './launch.ts';
import { moveThrough } from './lifecycle.ts';
import { newResourceId } from './randomness.ts';
import type { RegionState } from './region.ts';
import type { Subnet } from './state.ts';
import { replaceTags } from './tagging.ts';

/** Where something is made; the cloud's own account and region when they are left out. */
interface Place {
  readonly account?: string;
  readonly region?: string;
}

/** An interface that a service makes for the account, as of a database. */
interface ServiceInterface extends Place {
  /** As `amazon-rds`. */
  readonly requester: string;
  /** `interface` when left out. */
  readonly type?: string;
  readonly description?: string;
}

/** An instance that a service launches and manages in the account; it is hidden from lists that do not ask for it. */
interface ManagedInstance extends Place {
  /** As `eks.amazonaws.com`. */
  readonly operator: string;
  /** `m5.large` when left out. */
  readonly type?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** What the cloud's own services make in an account. */
export interface Provisions {
  /** The id of the interface, which is attached to a machine that the account cannot see. */
  readonly interface: (given: ServiceInterface) => string;
  /** The instance, `pending` at first, and its interface. */
  readonly instance: (given: ManagedInstance) => { readonly id: string; readonly interfaceId: string };
}

export function createProvisions(ec2: Endpoint, own: Origin): Provisions {
  const originOf = ({ account = own.account, region = own.region }: Place): Origin => ({ account, region });
  return {
    interface: (given) =>
      ec2.act(originOf(given), SERVICE, (call) => {
        const { requester, type = 'interface', description = '' } = given;
        const subnet = firstSubnetOf(call.region);
        const made = addInterface(call, { subnet, type, description, requester, operator: null });
        attach(call, made.id, { instanceId: null, deviceIndex: 1, networkCardIndex: 0, deletedOnTermination: false });
        return made.id;
      }),
    instance: (given) =>
      ec2.act(originOf(given), SERVICE, (call) => {
        const { operator, type = 'm5.large', tags = {} } = given;
        const launch = { reservationId: newResourceId(call.random, 'r'), imageId: IMAGE, type, operator };
        const wish = { kind: 'new', subnet: firstSubnetOf(call.region), given: { DeviceIndex: 0 } } as const;
        const { instance, interfaceIds } = addInstance(call, launch, [wish], 0);
        replaceTags(call, instance.id, new Map(Object.entries(tags)));
        moveThrough(call, instance.id, ['pending', 'running'], '');
        return { id: instance.id, interfaceId: interfaceIds[0] ?? '' };
      }),
  };
}

const SERVICE = { kind: 'role', roleName: 'AWSServiceRole', sessionName: 'service' } as const;

const IMAGE = 'ami-00000000000000000';

function firstSubnetOf({ name, subnets }: RegionState): Subnet {
  const [subnet] = subnets.values();
  if (subnet === undefined) throw new Error(`making something in ${name}: it has no subnet`);
  return subnet;
}
