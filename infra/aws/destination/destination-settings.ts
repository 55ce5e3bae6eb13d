import { isIPv4 } from 'node:net';
import * as v from 'valibot';
import { isMap, mustBe, section } from '../../../shared/config/schema/section.ts';
import { listOf, pattern, wholeNumber } from '../../../shared/config/schema/values.ts';

/** Which sensors stand behind the load balancer. */
export type Sensors =
  | { readonly kind: 'instances'; readonly ids: readonly string[] }
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  /** Nobody yet: an Auto Scaling group is attached to the target group once that exists. */
  | { readonly kind: 'attached-by-hand' };

/** What mirrored packets are sent to. */
export type SensorEntry =
  | {
      readonly kind: 'load-balancer';
      readonly subnets: readonly string[];
      readonly sensors: Sensors;
      readonly healthCheckPort: number;
    }
  | { readonly kind: 'network-interface'; readonly id: string };

/** What the destination stack creates. */
export interface DestinationSettings {
  readonly vpc: string;
  /** The networks of the machines that are mirrored. */
  readonly sources: readonly string[];
  /** The group that the sensors' interfaces are in already; `null`: one is created, to be put on them. */
  readonly sensorSecurityGroup: string | null;
  readonly entry: SensorEntry;
}

/** Sensors answer there, and it says that the machine is up; a load balancer cannot ask by UDP. */
const HEALTH_CHECK_PORT = 22;

/** EC2's ids have 8 or 17 hexadecimal digits (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html). */
const id = (what: string, prefix: string) =>
  pattern(`${what}, as ${prefix}-0123456789abcdef0`, new RegExp(`^${prefix}-[0-9a-f]{8}([0-9a-f]{9})?$`));

/** The bits of a network's address after its prefix are 0: EC2 would store another text than the template has. */
function isNetwork(text: string): boolean {
  const [, address = '', bits = ''] = /^([0-9.]+)\/([1-9]|[12][0-9]|3[0-2])$/.exec(text) ?? [];
  if (!isIPv4(address)) return false;
  const number = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return number % 2 ** (32 - Number(bits)) === 0;
}

/** Everybody (a prefix of 0) is refused with the rest: whoever reaches a sensor's port can feed it invented packets. */
const NETWORK = 'a network of the machines that are mirrored, as 10.0.0.0/16';
const network = () => v.pipe(v.string(mustBe(NETWORK)), v.check(isNetwork, mustBe(NETWORK)));

const ADDRESS = "a sensor's private IPv4 address, as 10.0.1.5";
const address = () => v.pipe(v.string(mustBe(ADDRESS)), v.check(isIPv4, mustBe(ADDRESS)));

/** What keys exclude each other is told also where something else is wrong: all problems at once. */
const thatHas = <Input extends object>(isRight: (input: Input) => boolean, message: string) =>
  v.rawCheck<Input>(({ dataset, addIssue }) => {
    if (isMap(dataset.value) && !isRight({ ...(dataset.value as Input) })) addIssue({ message });
  });

const LoadBalancerSchema = v.pipe(
  section({
    subnets: v.pipe(
      listOf(id('a subnet', 'subnet'), 'a list of subnets, one for each availability zone'),
      v.description('the subnets of the load balancer, one for each availability zone'),
    ),
    instances: v.optional(listOf(id('an instance', 'i'), "a list of the sensors' instances")),
    addresses: v.optional(listOf(address(), "a list of the sensors' private addresses")),
    healthCheckPort: v.optional(wholeNumber(1, 65_535)),
  }),
  thatHas(
    ({ instances, addresses }) => instances === undefined || addresses === undefined,
    'must have `instances` or `addresses`, or neither where an Auto Scaling group is attached to the target group',
  ),
  v.transform(({ subnets, instances, addresses, healthCheckPort }): SensorEntry => ({
    kind: 'load-balancer',
    subnets,
    sensors: toSensors(instances, addresses),
    healthCheckPort: healthCheckPort ?? HEALTH_CHECK_PORT,
  })),
);

function toSensors(instances: readonly string[] | undefined, addresses: readonly string[] | undefined): Sensors {
  if (instances !== undefined) return { kind: 'instances', ids: instances };
  return addresses === undefined ? { kind: 'attached-by-hand' } : { kind: 'addresses', addresses };
}

/** The section `destination` of the settings file. */
export const DestinationSchema = v.pipe(
  section({
    vpc: v.pipe(id('a VPC', 'vpc'), v.description('the VPC of the sensors')),
    sources: v.pipe(
      listOf(network(), 'a list of networks, as [10.0.0.0/16]'),
      v.description('the networks of the machines that are mirrored, as [10.0.0.0/16]'),
    ),
    sensorSecurityGroup: v.optional(id('a security group', 'sg')),
    loadBalancer: v.optional(LoadBalancerSchema),
    networkInterface: v.optional(id("a sensor's network interface", 'eni')),
  }),
  thatHas(
    ({ loadBalancer, networkInterface }) => (loadBalancer === undefined) !== (networkInterface === undefined),
    'must have exactly one of `loadBalancer` and `networkInterface`',
  ),
  v.transform(({ vpc, sources, sensorSecurityGroup, loadBalancer, networkInterface }): DestinationSettings => ({
    vpc,
    sources,
    sensorSecurityGroup: sensorSecurityGroup ?? null,
    entry: loadBalancer ?? { kind: 'network-interface', id: networkInterface ?? '' },
  })),
);
