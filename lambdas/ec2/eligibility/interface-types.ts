/**
 * Types of interfaces that are known not to be sources: the documentation allows the type `interface` only. A list of what is
 * refused, not of what is allowed: the field is an open string, and of a type that is newer than this list
 * `NetworkInterfaceNotSupported` is the truth.
 */
const NOT_SOURCES = {
  asOf: '2026-10',
  source: 'https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-sessions.html',
  /** As the SDK's model and the filter `interface-type` of DescribeNetworkInterfaces list them. */
  types: [
    'api_gateway_managed',
    'aws_codestar_connections_managed',
    'branch',
    'ec2_instance_connect_endpoint',
    'efa',
    'efa-only',
    'efs',
    'evs',
    'gateway_load_balancer',
    'gateway_load_balancer_endpoint',
    'global_accelerator_managed',
    'iot_rules_managed',
    'lambda',
    'load_balancer',
    // The service writes `nat_gateway`.
    'natGateway',
    'network_load_balancer',
    'quicksight',
    'transit_gateway',
    'trunk',
    'vpc_endpoint',
  ],
} as const;

/** Spellings of one type differ between the service and its own model. */
const normalise = (type: string): string => type.toLowerCase().replaceAll(/[-_\s]/g, '');

const KNOWN: ReadonlySet<string> = new Set(NOT_SOURCES.types.map(normalise));

/** Why no interface of this type can be mirrored, or `null` when nothing is known against it. */
export function findUnfitInterfaceType(type: string): string | null {
  if (!KNOWN.has(normalise(type))) return null;
  return `interfaces of type ${type} are not supported as traffic mirror sources (${NOT_SOURCES.source}, as of ${NOT_SOURCES.asOf})`;
}
