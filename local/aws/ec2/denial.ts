import { toArn } from '../identity.ts';
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

/**
 * The refusal of a call whose caller lacks a permission, as EC2 words it
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html). Describe actions know no resources.
 */
export function unauthorized(call: Call, denied: string, asked: Asked): Refusal {
  const who = `You are not authorized to perform this operation. User: ${toArn(call.identity, call.account)} is not authorized to perform: ec2:${denied}`;
  const why = `because no identity-based policy allows the ec2:${denied} action`;
  if (denied.startsWith('Describe')) return refusal('UnauthorizedOperation', `${who} ${why}`, 403);
  const resource = denied === asked.action ? resourceOf(asked) : createdBy(asked.action);
  const arn = `arn:aws:ec2:${call.region.name}:${call.account}:${resource}`;
  const encoded = 'Encoded authorization failure message: not-encoded-by-the-local-cloud';
  return refusal('UnauthorizedOperation', `${who} on resource: ${arn} ${why}. ${encoded}`, 403);
}

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
