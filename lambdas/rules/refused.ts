import { Fault } from '../../shared/fault.ts';
import { NAME_ANOTHER } from '../../shared/rules-address.ts';
import { faultCodeOf, formatRefusal, toRefusal, type Refusal } from '../ec2/faults.ts';
import type { Permission } from '../ec2/permissions.ts';

/** A call for rules. */
export interface Asked {
  readonly permission: Pick<Permission, 'call' | 'action'>;
  /** The place, as messages call it. */
  readonly name: string;
  /** What to allow beside the action, or what else a denial may mean. */
  readonly whenDenied: string;
}

const ELSEWHERE = 'the bucket is in another region and AWS did not say in which; use one in the region of the function';
const KEY = 'the key that it is encrypted with cannot be used; enable that key, or write the rules anew';

/**
 * What is wrong with the place itself, by code: no second try helps.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
 */
const ABOUT_PLACE: Readonly<Record<string, string>> = {
  NoSuchBucket: `there is no such bucket; make it, ${NAME_ANOTHER}`,
  NoSuchKey: `there is no such object; put the rules there, ${NAME_ANOTHER}`,
  InvalidObjectState: 'it is archived; restore it, or write the rules anew',
  PermanentRedirect: ELSEWHERE,
  TemporaryRedirect: ELSEWHERE,
  AuthorizationHeaderMalformed: ELSEWHERE,
  ParameterNotFound: `there is no such parameter in this region; put the rules there, ${NAME_ANOTHER}`,
  InvalidKeyId: KEY,
};

/** The SDK has no code for it: https://github.com/aws/aws-sdk-js-v3, packages/config-resolver, `Region is missing`. */
const isWithoutRegion = ({ code, status, said }: Refusal): boolean =>
  code === 'Error' && status === null && said === 'Region is missing';

const aboutPlace = ({ code }: Refusal): string | null =>
  // What S3 hands on of the key service: KMS.DisabledException, KMS.NotFoundException, KMS.KMSInvalidStateException.
  ABOUT_PLACE[code] ?? (/^KMS\.(?!.*AccessDenied)/.test(code) ? KEY : null);

/**
 * What AWS said instead of giving rules, as a fault. A denial is one of the configuration, as rules that are missing are:
 * whoever set the place has to allow it to be read.
 */
export function toRulesFault(thrown: unknown, { permission, name, whenDenied }: Asked): Fault {
  if (thrown instanceof Fault) return thrown;
  const refusal = toRefusal(thrown);
  const attempted = `${permission.call} of the rules at ${name}`;
  if (isWithoutRegion(refusal)) {
    return new Fault('config-invalid', `${attempted}: ${refusal.said}; set AWS_REGION to where they are`, thrown);
  }
  const wrong = aboutPlace(refusal);
  if (wrong !== null) return new Fault('config-invalid', `${attempted}: ${refusal.code}; ${wrong}`, thrown);
  if (refusal.access === 'denied') {
    const { denied, code } = refusal;
    const needed = denied === null ? `${permission.action} on ${name}` : `${denied.action} on ${denied.resource}`;
    return new Fault('config-invalid', `${attempted}: denied (${code}); allow ${needed}; ${whenDenied}`, thrown);
  }
  const advice = refusal.access === null ? 'it is tried again' : 'give the process new credentials';
  return new Fault(faultCodeOf(refusal), `${attempted}: ${formatRefusal(refusal)}; ${advice}`, thrown);
}
