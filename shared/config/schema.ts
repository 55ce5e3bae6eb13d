import * as v from 'valibot';
import { OWNER_PATTERN } from '../ids.ts';
import { ATTRIBUTES } from './config.ts';

/**
 * The rules file as people write it. Strict: an unknown key is an error, for a misspelt `never` would mirror what must not be.
 * The messages say what would be right; the JSON Schema that is published for editors is made from this.
 */

const IDS = {
  target: { pattern: /^tmt-[0-9a-f]+$/, right: 'a traffic mirror target id, as tmt-0a45c694b91bcea54' },
  filter: { pattern: /^tmf-[0-9a-f]+$/, right: 'a traffic mirror filter id, as tmf-010db9a7d8056cc2d' },
  networkInterface: { pattern: /^eni-[0-9a-f]+$/, right: 'a network interface id, as eni-0de5f5ec51b747a14' },
  endpoint: { pattern: /^vpce-[0-9a-f]+$/, right: 'a Gateway Load Balancer endpoint id, as vpce-0a1b2c3d4e5f60718' },
  networkLoadBalancer: {
    pattern: /^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:loadbalancer\/net\/[^/]+\/[0-9a-f]+$/,
    right:
      'the ARN of a Network Load Balancer, as arn:aws:elasticloadbalancing:REGION:ACCOUNT:loadbalancer/net/NAME/ID',
  },
  virtualNetworkTap: {
    pattern: armPattern('virtualNetworkTaps/[^/]+'),
    right: 'the id of a VTAP, as /subscriptions/…/providers/Microsoft.Network/virtualNetworkTaps/NAME',
  },
  loadBalancerFrontend: {
    pattern: armPattern('loadBalancers/[^/]+/frontendIPConfigurations/[^/]+'),
    right:
      "the id of a load balancer's frontend, as /subscriptions/…/loadBalancers/NAME/frontendIPConfigurations/FRONTEND",
  },
  collectorIpConfiguration: {
    pattern: armPattern('networkInterfaces/[^/]+/ipConfigurations/[^/]+'),
    right:
      "the id of an interface's IP configuration, as /subscriptions/…/networkInterfaces/NAME/ipConfigurations/CONFIG",
  },
} as const;

function armPattern(path: string): RegExp {
  return new RegExp(`^/?subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\\.Network/${path}/?$`, 'i');
}

const id = ({ pattern, right }: { readonly pattern: RegExp; readonly right: string }) =>
  v.pipe(v.string(), v.maxLength(1024), v.regex(pattern, `this is not ${right}`));

const text = v.pipe(v.string(), v.minLength(1, 'this must not be empty'), v.maxLength(256));
const NAME_PATTERN = /^[A-Za-z][A-Za-z0-9._-]{0,62}$/;
const name = v.pipe(
  v.string(),
  v.regex(NAME_PATTERN, 'a name starts with a letter and has up to 63 letters, digits, dots, hyphens and underscores'),
);
const names = v.pipe(v.array(name), v.minLength(1, 'this must list at least one name'));
const owner = v.pipe(
  v.string(),
  v.regex(
    OWNER_PATTERN,
    'an owner starts with a lower-case letter and has up to 31 lower-case letters, digits and hyphens',
  ),
);

const integer = (least: number, most: number, unit: string) => {
  const right = `${unit} is a whole number from ${least} to ${most}`;
  return v.pipe(v.number(), v.integer(right), v.minValue(least, right), v.maxValue(most, right));
};

const accountId = v.pipe(v.string(), v.regex(/^\d{12}$/, 'an AWS account id has 12 digits; write it in quotes'));

const AwsDestination = v.strictObject({
  cloud: v.literal('aws'),
  region: text,
  target: v.optional(id(IDS.target)),
  networkLoadBalancer: v.optional(id(IDS.networkLoadBalancer)),
  networkInterface: v.optional(id(IDS.networkInterface)),
  gatewayLoadBalancerEndpoint: v.optional(id(IDS.endpoint)),
  filter: v.lazy((input) => (typeof input === 'object' ? v.record(accountId, id(IDS.filter)) : id(IDS.filter))),
  sessionNumber: integer(1, 32766, 'a session number'),
  packetLength: v.optional(integer(1, 65535, 'a packet length')),
  virtualNetworkId: v.optional(integer(1, 16_777_215, 'a VXLAN network identifier')),
  numbers: v.optional(v.picklist(['nearest', 'exact'])),
  preempt: v.optional(v.boolean()),
});

const AzureDestination = v.strictObject({
  cloud: v.literal('azure'),
  virtualNetworkTap: v.optional(id(IDS.virtualNetworkTap)),
  loadBalancerFrontend: v.optional(id(IDS.loadBalancerFrontend)),
  collectorIpConfiguration: v.optional(id(IDS.collectorIpConfiguration)),
});

/** The keys of which a destination has exactly one. */
export const ENTRY_KEYS = {
  aws: ['target', 'networkLoadBalancer', 'networkInterface', 'gatewayLoadBalancerEndpoint'],
  azure: ['virtualNetworkTap', 'loadBalancerFrontend', 'collectorIpConfiguration'],
} as const;

export type RawCondition =
  | { readonly all: readonly RawCondition[] }
  | { readonly any: readonly RawCondition[] }
  | { readonly not: RawCondition }
  | { readonly tag: string; readonly equals?: string; readonly in?: readonly string[]; readonly glob?: string }
  | Readonly<Partial<Record<(typeof ATTRIBUTES)[number], string | readonly string[]>>>;

const value = v.pipe(v.string(), v.maxLength(256));
const oneOrMore = v.lazy((input) =>
  Array.isArray(input) ? v.pipe(v.array(text), v.minLength(1, 'this must list at least one value')) : text,
);
const conditions = v.lazy(() => v.pipe(v.array(Condition), v.minLength(1, 'this must list at least one condition')));

const TagCondition = v.strictObject({
  tag: text,
  equals: v.optional(value),
  in: v.optional(v.pipe(v.array(value), v.minLength(1, 'this must list at least one value'))),
  glob: v.optional(v.pipe(value, v.minLength(1, 'this must not be empty; `*` matches every value'))),
});
const AttributeCondition = v.strictObject({
  cloud: v.optional(oneOrMore),
  account: v.optional(oneOrMore),
  region: v.optional(oneOrMore),
  resourceGroup: v.optional(oneOrMore),
  network: v.optional(oneOrMore),
  subnet: v.optional(oneOrMore),
  machineType: v.optional(oneOrMore),
  machineName: v.optional(oneOrMore),
});
const AllCondition = v.strictObject({ all: conditions });
const AnyCondition = v.strictObject({ any: conditions });
const NotCondition = v.strictObject({ not: v.lazy(() => Condition) });
const AnyKind = v.union([AllCondition, AnyCondition, NotCondition, TagCondition, AttributeCondition]);

/** The kind is told by its key, so that a problem is said of the kind that was meant and not of all five. */
const Condition: v.GenericSchema<unknown, RawCondition> = v.lazy((input): v.GenericSchema<unknown, RawCondition> => {
  const has = (key: string): boolean => typeof input === 'object' && input !== null && Object.hasOwn(input, key);
  if (input === undefined) return AnyKind as v.GenericSchema<unknown, RawCondition>;
  if (has('all')) return AllCondition as v.GenericSchema<unknown, RawCondition>;
  if (has('any')) return AnyCondition as v.GenericSchema<unknown, RawCondition>;
  if (has('not')) return NotCondition as v.GenericSchema<unknown, RawCondition>;
  return (ATTRIBUTES.some(has) ? AttributeCondition : TagCondition) as v.GenericSchema<unknown, RawCondition>;
});

const MirrorTo = v.lazy((input) => (Array.isArray(input) ? names : v.strictObject({ fromTag: text, among: names })));

const Rule = v.strictObject({
  name,
  when: Condition,
  mirror: v.optional(MirrorTo),
  never: v.optional(v.literal(true)),
  required: v.optional(v.boolean()),
  interfaces: v.optional(v.picklist(['all', 'primary'])),
  until: v.optional(v.strictObject({ fromTag: text })),
});

export const RulesFile = v.strictObject({
  version: v.literal(1),
  owner,
  formerOwners: v.optional(v.array(owner)),
  policy: v.optional(v.picklist(['sync', 'attach-only'])),
  guard: v.optional(
    v.strictObject({
      count: v.optional(integer(0, 1_000_000, 'a count')),
      percent: v.optional(integer(0, 100, 'a percentage')),
    }),
  ),
  slots: v.optional(integer(1, 3, 'the number of slots')),
  graceHours: v.optional(integer(0, 8760, 'a grace in hours')),
  destinations: v.optional(v.nullable(v.record(name, v.variant('cloud', [AwsDestination, AzureDestination])))),
  pools: v.optional(v.nullable(v.record(name, names))),
  rules: v.optional(v.nullable(v.array(Rule))),
});

/** A rules file whose shape is right; its names may still mean nothing. */
export type RawConfig = v.InferOutput<typeof RulesFile>;
export type RawRule = v.InferOutput<typeof Rule>;
export type RawDestination = v.InferOutput<typeof AwsDestination> | v.InferOutput<typeof AzureDestination>;
