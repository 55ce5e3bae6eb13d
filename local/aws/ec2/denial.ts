import { toArn } from '../identity.ts';
import type { Refused } from '../policy/policies.ts';
import type { Call } from './call.ts';
import type { Refusal } from './errors.ts';
import { refusal } from './errors.ts';
import { resourceTypeOf } from './tagging.ts';

/** What a call may have to be allowed, by its action and its request. */
interface Asked {
  readonly action: string;
  readonly request: object;
}

/**
 * The permission that a call lacks, or `null`. Whoever creates something with tags must be allowed to create tags, too
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html).
 */
export function findDenied(denied: ReadonlySet<string>, { action, request }: Asked): string | null {
  if (denied.has(action)) return action;
  const isTagging = 'TagSpecifications' in request && request.TagSpecifications !== undefined;
  return isTagging && denied.has('CreateTags') ? 'CreateTags' : null;
}

/** The refusal of a call whose caller lacks a permission. Describe actions know no resources. */
export function unauthorized(call: Call, denied: string, asked: Asked): Refusal {
  const why = `because no identity-based policy allows the ec2:${denied} action`;
  if (denied.startsWith('Describe')) return toRefusal(call, `ec2:${denied} ${why}`);
  const resource = denied === asked.action ? resourceOf(asked) : createdBy(asked.action);
  const arn = `arn:aws:ec2:${call.region.name}:${call.account}:${resource}`;
  return toRefusal(call, `ec2:${denied} on resource: ${arn} ${why}. ${ENCODED}`);
}

/** The refusal of a call that a policy of its caller's role denies, or does not allow. */
export function notAllowed(call: Call, { action, resource, decision }: Refused): Refusal {
  const why =
    decision === 'denied'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  if (resource === '*') return toRefusal(call, `${action} ${why}`);
  return toRefusal(call, `${action} on resource: ${resource} ${why}. ${ENCODED}`);
}

const ENCODED = 'Encoded authorization failure message: not-encoded-by-the-local-cloud';

/** As EC2 words it: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
const toRefusal = ({ identity, account }: Call, what: string): Refusal =>
  refusal(
    'UnauthorizedOperation',
    `You are not authorized to perform this operation. User: ${toArn(identity, account)} is not authorized to perform: ${what}`,
    403,
  );

/** The first resource that the request names, or else any of the kind that the action is about. */
function resourceOf({ action, request }: Asked): string {
  const [id] = Object.values(request)
    .flat()
    .filter((value): value is string => typeof value === 'string' && resourceTypeOf(value) !== 'unknown');
  return id === undefined ? createdBy(action) : `${resourceTypeOf(id)}/${id}`;
}

/** `CreateTrafficMirrorSession` makes some `traffic-mirror-session/*`, and `RunInstances` some `instance/*`. */
function createdBy(action: string): string {
  const words = action.match(/[A-Z][a-z]+/g) ?? [];
  return `${words.slice(1).join('-').toLowerCase().replace(/s$/, '')}/*`;
}
