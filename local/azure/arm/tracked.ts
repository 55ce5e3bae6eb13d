import { groupNotFound, refuse, refuseAtGateway, resourceNotFound, type Answer } from './answer.ts';
import { findGroup, newEtag, type Arm, type Call } from './arm.ts';
import { findText, tagsPart, toLocation, toRecord, toTags } from './body.ts';
import { toId, type ResourceTarget } from './path.ts';
import type { Resource } from './resource.ts';

/** 404 as Resource Manager answers it for a top-level resource. */
export const absent = ({ apiVersion }: Call, { type, names, group }: ResourceTarget): Answer =>
  resourceNotFound(type, names[0] ?? '', group, apiVersion);

/** What speaks against creating a top-level resource, or `null`. */
export function findObstacle(arm: Arm, call: Call, target: ResourceTarget): Answer | null {
  if (findGroup(arm, target.subscription, target.group) === null) return groupNotFound(target.group);
  if (findText(toRecord(call.body)['location']) === null)
    return refuseAtGateway(400, 'LocationRequired', 'The location property is required for this definition.');
  return null;
}

/** 412 when `If-Match` or `If-None-Match` says that the caller does not mean what is there. */
export function findMismatch(call: Call, etag: string | null): Answer | null {
  const wanted = call.headers['if-match'];
  const unwanted = call.headers['if-none-match'];
  const isWrong = wanted !== undefined && (etag === null || (wanted !== '*' && wanted !== etag));
  if (isWrong)
    return refuse(
      412,
      'PreconditionFailed',
      `ETAG provided in if-match header ${wanted} does not match ETAG of the resource.`,
    );
  if (unwanted === '*' && etag !== null)
    return refuse(412, 'PreconditionFailed', 'The resource exists, and if-none-match * asks that it does not.');
  return null;
}

/** What every new top-level resource has. */
export function newTracked(arm: Arm, call: Call, target: ResourceTarget) {
  const body = toRecord(call.body);
  return {
    id: toId(target),
    name: target.names[0] ?? '',
    subscription: target.subscription,
    group: target.group,
    location: toLocation(findText(body['location']) ?? ''),
    tags: toTags(body['tags']),
    etag: newEtag(arm),
    properties: toRecord(body['properties']),
  };
}

/** The envelope in the order in which Microsoft.Network writes it. */
export const toEnvelope = ({ name, id, etag, type, location, tags }: Resource) => ({
  name,
  id,
  etag,
  type,
  location,
  ...tagsPart(tags),
});

/** Keeps a resource, new or changed. */
export function store(arm: Arm, resource: Resource): void {
  arm.resources.set(resource.id.toLowerCase(), resource);
  arm.changed();
}

export function forget(arm: Arm, resource: Resource): void {
  arm.resources.delete(resource.id.toLowerCase());
  arm.changed();
}
