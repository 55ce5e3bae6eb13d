/** A call that EC2 refuses: the code and the status go into the error envelope as they are. */
export interface Refusal extends Error {
  readonly code: string;
  readonly status: number;
}

/** A refusal with a code of https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html. */
export const refusal = (code: string, message: string, status = 400): Refusal =>
  Object.assign(new Error(message), { code, status });

export const isRefusal = (thrown: unknown): thrown is Refusal =>
  thrown instanceof Error && 'code' in thrown && 'status' in thrown;

export const invalidValue = (message: string): Refusal => refusal('InvalidParameterValue', message);

export const missingParameter = (name: string): Refusal =>
  refusal('MissingParameter', `The request must contain the parameter ${name}`);

/** The code under which an unknown id of each kind is refused, by the id's prefix. */
const NOT_FOUND: Readonly<Record<string, readonly [code: string, noun: string]>> = {
  ami: ['InvalidAMIID', 'image id'],
  i: ['InvalidInstanceID', 'instance ID'],
  eni: ['InvalidNetworkInterfaceID', 'networkInterface ID'],
  'eni-attach': ['InvalidAttachmentID', 'attachment ID'],
  subnet: ['InvalidSubnetID', 'subnet ID'],
  vpc: ['InvalidVpcID', 'vpc ID'],
  tms: ['InvalidTrafficMirrorSessionId', 'TrafficMirrorSession ID'],
  tmt: ['InvalidTrafficMirrorTargetId', 'TrafficMirrorTarget ID'],
  tmf: ['InvalidTrafficMirrorFilterId', 'TrafficMirrorFilter ID'],
  tmfr: ['InvalidTrafficMirrorFilterRuleId', 'TrafficMirrorFilterRule ID'],
};

/** The refusal of an id that names nothing, or that is not an id at all. */
export function notFound(prefix: string, id: string): Refusal {
  const [code, noun] = NOT_FOUND[prefix] ?? ['InvalidID', 'ID'];
  return new RegExp(`^${prefix}-[0-9a-f]{8,17}$`).test(id)
    ? refusal(`${code}.NotFound`, `The ${noun} '${id}' does not exist`)
    : refusal(`${code}.Malformed`, `Invalid id: "${id}" (expecting "${prefix}-...")`);
}
