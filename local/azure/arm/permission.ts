import { toActionName, type Call } from './arm.ts';
import type { Occasion } from './failures.ts';
import { toScopeId } from './path.ts';
import { toActionSpelling } from './power.ts';

type Verb = 'read' | 'write' | 'delete';
const toVerb = (method: string): Verb => (method === 'GET' ? 'read' : method === 'DELETE' ? 'delete' : 'write');

/** The permission that a call needs. */
function toPermission({ method, target }: Pick<Call, 'method' | 'target'>): string {
  switch (target.kind) {
    case 'resource':
    case 'collection':
      return toActionName(target.type, toVerb(method));
    case 'action':
      return target.action.toLowerCase() === 'instanceview'
        ? `${target.resource.type}/instanceView/read`
        : toActionName(target.resource.type, { action: toActionSpelling(target.action) });
    case 'tags':
      return `Microsoft.Resources/tags/${toVerb(method)}`;
    case 'group':
    case 'groups':
      return `Microsoft.Resources/subscriptions/resourceGroups/${toVerb(method)}`;
    case 'provider':
      return method === 'GET' ? `${target.namespace}/read` : `${target.namespace}/register/action`;
    case 'feature':
      return `Microsoft.Features/providers/features/${method === 'GET' ? 'read' : 'register/action'}`;
    case 'subscription':
    case 'subscriptions':
    case 'locations':
    case 'unknown':
      return `Microsoft.Resources/subscriptions/${toVerb(method)}`;
  }
}

/** What a call is counted as. */
export function toCounted({
  method,
  target,
}: Pick<Call, 'method' | 'target'>): readonly [method: string, type: string] {
  const type = toPermission({ method, target }).replace(/\/(read|write|delete)$/, '');
  const isList = target.kind === 'collection' || target.kind === 'groups' || target.kind === 'subscriptions';
  return [isList ? 'LIST' : method, type.replace(/\/action$/, '')];
}

/** A call as orders speak of it: the permission that it needs, and what it is about. */
export const toOccasion = (call: Call): Occasion => ({ action: toPermission(call), subject: toScopeId(call.target) });
