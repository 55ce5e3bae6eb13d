import { newGuid } from '../random.ts';
import { answer, type Answer } from './answer.ts';
import { findOf, listOf, newEtag, toActionName, type Arm, type Call } from './arm.ts';
import { toRecord, toRecords, toTags } from './body.ts';
import { CHILD_LISTS, completeChild } from './child.ts';
import { derive } from './derived.ts';
import type { Kind } from './kind.ts';
import { begin } from './operation.ts';
import { toPage } from './paging.ts';
import { toId, type ResourceTarget } from './path.ts';
import type { PlainResource, Properties } from './resource.ts';
import { absent, findMismatch, findObstacle, forget, newTracked, store, toEnvelope } from './tracked.ts';

type PlainType = PlainResource['type'];

/** The lists of a body, each element completed. A list that is left out is empty, but peerings stay. */
function complete(arm: Arm, type: PlainType, id: string, sent: Properties, before: Properties): Properties {
  const lists = CHILD_LISTS[type].map((list) => {
    const known = toRecords(before[list]);
    if (list === 'virtualNetworkPeerings' && !(list in sent)) return [list, known] as const;
    const findKnown = (name: unknown): Properties | null => known.find((one) => one['name'] === name) ?? null;
    const elements = toRecords(sent[list]);
    return [list, elements.map((one) => completeChild(arm, id, list, one, findKnown(one['name'])))] as const;
  });
  return { ...sent, ...Object.fromEntries(lists) };
}

const isNetwork = (type: PlainType): boolean => type.startsWith('Microsoft.Network/');

/** Microsoft.Network completes what it is sent: a tier beside the name. */
function toSku(type: PlainType, sku: unknown): { readonly sku?: unknown } {
  if (sku === undefined) return {};
  return { sku: type === 'Microsoft.Network/loadBalancers' ? { tier: 'Regional', ...toRecord(sku) } : sku };
}

/** A body as the service shows it. Microsoft.Compute has no etags here. */
export function toPlainBody(arm: Arm, resource: PlainResource): Properties {
  const { etag, ...envelope } = toEnvelope(resource);
  return {
    ...envelope,
    ...(isNetwork(resource.type) ? { etag } : {}),
    ...toSku(resource.type, resource.sku),
    properties: {
      ...derive(arm, resource),
      ...(isNetwork(resource.type) ? { resourceGuid: resource.resourceGuid } : {}),
      provisioningState: resource.provisioningState,
    },
  };
}

function tellWrite(arm: Arm, call: Call, resource: PlainResource, existed: 'existed' | 'new') {
  return begin(arm, call, {
    durationMs: null,
    location: resource.location,
    happening: { verb: 'Write', operationName: toActionName(resource.type, 'write'), subject: resource.id, existed },
    succeed: () => undefined,
    fail: () => Object.assign(resource, { provisioningState: 'Failed' }),
  });
}

/** An availability set is there at once, and its creation is no 201. */
const toStatus = (type: PlainType, existing: PlainResource | null): number =>
  existing === null && type !== 'Microsoft.Compute/availabilitySets' ? 201 : 200;

function put(arm: Arm, call: Call, target: ResourceTarget, type: PlainType): Answer {
  const existing = findOf(arm, type, toId(target));
  const made = newTracked(arm, call, target);
  const refused = findObstacle(arm, call, target) ?? findMismatch(call, existing?.etag ?? null);
  if (refused !== null) return refused;
  const id = existing?.id ?? made.id;
  const resource: PlainResource = {
    ...made,
    id,
    name: existing?.name ?? made.name,
    type,
    resourceGuid: existing?.resourceGuid ?? newGuid(arm.random),
    sku: toRecord(call.body)['sku'] ?? existing?.sku,
    provisioningState: 'Succeeded',
    properties: complete(arm, type, id, made.properties, existing?.properties ?? {}),
  };
  store(arm, resource);
  const headers = tellWrite(arm, call, resource, existing === null ? 'new' : 'existed');
  return answer(toStatus(type, existing), toPlainBody(arm, resource), headers);
}

/** A type that is kept as it is sent, without rules of its own. */
export const plainResources = (type: PlainType): Kind => ({
  put: (arm, call, target) => put(arm, call, target, type),
  get(arm, call, target) {
    const resource = findOf(arm, type, toId(target));
    return resource === null ? absent(call, target) : answer(200, toPlainBody(arm, resource), { etag: resource.etag });
  },
  list: (arm, call, { subscription, group }) =>
    toPage(arm, call, listOf(arm, type, subscription, group), (resource) => toPlainBody(arm, resource)),
  patch(arm, call, target) {
    const resource = findOf(arm, type, toId(target));
    if (resource === null) return absent(call, target);
    Object.assign(resource, { tags: toTags(toRecord(call.body)['tags']), etag: newEtag(arm) });
    return answer(200, toPlainBody(arm, resource), tellWrite(arm, call, resource, 'existed'));
  },
  remove(arm, call, target) {
    const resource = findOf(arm, type, toId(target));
    if (resource === null) return answer(204, null);
    forget(arm, resource);
    const operationName = toActionName(type, 'delete');
    arm.tell({ verb: 'Delete', outcome: 'Success', operationName, subject: resource.id, existed: 'existed', call });
    return answer(200, null);
  },
  act: () => null,
});
