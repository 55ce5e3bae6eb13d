import * as v from 'valibot';
import { ENTRY_KEYS, entry } from './entries.ts';
import { isMap, mustBe, named, section, show } from './section.ts';
import { choice, pattern, truth, wholeNumber } from './values.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTrafficMirrorSession.html */
const NUMBERS = { lowest: 1, highest: 32766 };
/** The largest packet that crosses a VPC is a jumbo frame of 9001 bytes; AWS says what it refuses below that. */
const LONGEST_PACKET = 9001;
/** 24 bits (RFC 7348); 0 is no network. */
const HIGHEST_VNI = 0xff_ff_ff;

const cloud = <const Cloud extends string>(name: Cloud) =>
  v.pipe(v.literal(name, mustBe('`aws` or `azure`')), v.description('aws or azure'));
const filterId = () => pattern("a traffic mirror filter's id, as tmf-010db9a7d8056cc2d", /^tmf-[0-9a-f]+$/);
const accountId = () => pattern('an AWS account of 12 digits', /^[0-9]{12}$/);

const FilterSchema = v.pipe(
  v.lazy((input) => {
    if (input === undefined) return v.union([filterId(), filtersByAccount()]);
    return typeof input === 'object' ? filtersByAccount() : filterId();
  }),
  v.description(
    "a traffic mirror filter's id, or a map from account to filter: filters cannot be shared between accounts",
  ),
);

const filtersByAccount = () => named(accountId(), 'from account to filter, as "123456789012": tmf-…', filterId());

const AwsSchema = section({
  cloud: cloud('aws'),
  region: v.pipe(
    pattern('a region, as us-east-1', /^[a-z]+(-[a-z]+)+-[0-9]+$/),
    v.description('the region of the target, as us-east-1'),
  ),
  target: v.optional(entry('target')),
  networkLoadBalancer: v.optional(entry('networkLoadBalancer')),
  networkInterface: v.optional(entry('networkInterface')),
  gatewayLoadBalancerEndpoint: v.optional(entry('gatewayLoadBalancerEndpoint')),
  filter: FilterSchema,
  sessionNumber: v.pipe(
    wholeNumber(NUMBERS.lowest, NUMBERS.highest),
    v.description(`a whole number from ${NUMBERS.lowest} to ${NUMBERS.highest}; the lower one is tried first`),
  ),
  packetLength: v.pipe(
    v.optional(wholeNumber(1, LONGEST_PACKET)),
    v.description('how many bytes of each packet are mirrored; all of it when left out'),
  ),
  virtualNetworkId: v.pipe(
    v.optional(wholeNumber(1, HIGHEST_VNI)),
    v.description('the VXLAN network identifier; chosen by AWS when left out'),
  ),
  numbers: v.pipe(
    v.optional(choice('nearest', 'exact')),
    v.description('nearest: the next free session number when the wished one is taken; exact: held instead'),
  ),
  preempt: v.pipe(
    v.optional(truth()),
    v.description("whether sessions may come before others' with overlapping filters"),
  ),
});

const AzureSchema = section({
  cloud: cloud('azure'),
  virtualNetworkTap: v.optional(entry('virtualNetworkTap')),
  loadBalancerFrontend: v.optional(entry('loadBalancerFrontend')),
  collectorIpConfiguration: v.optional(entry('collectorIpConfiguration')),
});

export type DestinationSection = v.InferOutput<typeof AwsSchema> | v.InferOutput<typeof AzureSchema>;

/** Of an unknown cloud nothing else can be said. */
const ElsewhereSchema = v.custom<DestinationSection>(
  () => false,
  ({ input }) => `must have \`cloud: aws\` or \`cloud: azure\`, not ${show(isMap(input) ? input['cloud'] : input)}`,
);

/** A destination is judged as one of the cloud that it names or, while it names none, whose keys it has. */
export const DestinationSchema: v.GenericSchema<DestinationSection> = v.lazy((input) => {
  if (input === undefined) return v.union([AwsSchema, AzureSchema]);
  const keys = isMap(input) ? input : {};
  switch (keys['cloud']) {
    case 'aws':
      return AwsSchema;
    case 'azure':
      return AzureSchema;
    case undefined:
      return ENTRY_KEYS.azure.some((key) => key in keys) ? AzureSchema : AwsSchema;
    default:
      return ElsewhereSchema;
  }
});
