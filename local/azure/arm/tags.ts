import { answer, refuse, type Answer } from './answer.ts';
import { findGroup, findResource, newEtag, type Arm, type Call } from './arm.ts';
import { findText, mergeTags, toRecord, toTags, withoutTags } from './body.ts';
import { toScopeId, type Target } from './path.ts';
import type { ArmTags } from './resource.ts';
import { absent } from './tracked.ts';

interface Taggable {
  readonly id: string;
  tags: ArmTags;
  etag?: string;
}

function findTaggable(arm: Arm, scope: Target): Taggable | null {
  if (scope.kind === 'resource') return findResource(arm, toScopeId(scope));
  return scope.kind === 'group' ? findGroup(arm, scope.subscription, scope.group) : null;
}

const notFound = (call: Call, scope: Target): Answer =>
  scope.kind === 'resource' ? absent(call, scope) : refuse(404, 'NotFound', `Resource ${toScopeId(scope)} not found.`);

const toBody = ({ id, tags }: Taggable) => ({
  id: `${id}/providers/Microsoft.Resources/tags/default`,
  name: 'default',
  type: 'Microsoft.Resources/tags',
  properties: { tags },
});

/** The tags after a PUT, PATCH or DELETE; `null`: the operation of a PATCH is none that there is. */
function findChanged(call: Call, tags: ArmTags): ArmTags | null {
  const body = toRecord(call.body);
  const sent = toTags(toRecord(body['properties'])['tags']);
  if (call.method === 'DELETE') return {};
  if (call.method === 'PUT') return sent;
  const operation = findText(body['operation']) ?? '';
  switch (operation.toLowerCase()) {
    case 'merge':
      return mergeTags(tags, sent);
    case 'replace':
      return sent;
    case 'delete':
      return withoutTags(tags, sent);
    default:
      return null;
  }
}

/**
 * The Tags API (https://learn.microsoft.com/rest/api/resources/tags). A write tells of `Microsoft.Resources/tags/write` alone,
 * never of a write of the resource, and its subject is the resource or its `tags/default`: both are seen.
 */
export function tags(arm: Arm, call: Call, scope: Target): Answer {
  const taggable = findTaggable(arm, scope);
  if (taggable === null) return notFound(call, scope);
  if (call.method === 'GET') return answer(200, toBody(taggable));
  const changed = findChanged(call, taggable.tags);
  if (changed === null)
    return refuse(400, 'InvalidTagsOperation', "The operation must be one of 'Merge', 'Replace' and 'Delete'.");
  taggable.tags = changed;
  if (taggable.etag !== undefined) taggable.etag = newEtag(arm);
  arm.tell({
    verb: call.method === 'DELETE' ? 'Delete' : 'Write',
    outcome: 'Success',
    operationName: `Microsoft.Resources/tags/${call.method === 'DELETE' ? 'delete' : 'write'}`,
    subject:
      arm.settings.tagsSubject === 'resource'
        ? taggable.id
        : `${taggable.id}/providers/Microsoft.Resources/tags/default`,
    existed: 'existed',
    call,
  });
  arm.changed();
  return call.method === 'DELETE' ? answer(200, null) : answer(200, toBody(taggable));
}
