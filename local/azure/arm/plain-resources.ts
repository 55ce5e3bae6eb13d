import { newGuid } from '../random.ts';
import { answer, type Answer } from './answer.ts';
import { findOf, listOf, newEtag, toActionName, type Arm, type Call } from './arm.ts';
import { findText, toRecord, toRecords, toTags } from './body.ts';
import type { Kind } from './kind.ts';
import { begin } from './operation.ts';
import { toPage } from './paging.ts';
import { toId, type ResourceTarget } from './path.ts';
import type { PlainResource, Properties } from './resource.ts';
import { absent, findMismatch, findObstacle, forget, newTracked, store, toEnvelope } from './tracked.ts';

type PlainType = PlainResource['type'];

/** The children of each type that others refer to; the service gives them ids. */
const CHILDREN = {
  'Microsoft.Network/virtualNetworks': ['subnets'],
  'Microsoft.Network/loadBalancers': [
    'frontendIPConfigurations',
    'backendAddressPools',
    'loadBalancingRules',
    'probes',
  ],
} as const satisfies Record<PlainType, readonly string[]>;

function completeChildren(arm: Arm, id: string, list: string, children: unknown): readonly unknown[] {
  return toRecords(children).map((child) => ({
    ...child,
    id: `${id}/${list}/${findText(child['name']) ?? ''}`,
    etag: newEtag(arm),
    properties: {
      provisioningState: 'Succeeded',
      ...(list === 'frontendIPConfigurations' ? { privateIPAddress: arm.newAddress() } : {}),
      ...toRecord(child['properties']),
    },
  }));
}

function complete(arm: Arm, type: PlainType, id: string, properties: Properties): Properties {
  const lists = CHILDREN[type].map((list) => [list, completeChildren(arm, id, list, properties[list])] as const);
  return { ...properties, ...Object.fromEntries(lists) };
}

const toBody = (resource: PlainResource) => ({
  ...toEnvelope(resource),
  ...(resource.sku === undefined ? {} : { sku: resource.sku }),
  properties: {
    ...resource.properties,
    provisioningState: resource.provisioningState,
    resourceGuid: resource.resourceGuid,
  },
});

function tellWrite(arm: Arm, call: Call, resource: PlainResource, existed: 'existed' | 'new') {
  return begin(arm, call, {
    durationMs: null,
    location: resource.location,
    happening: { verb: 'Write', operationName: toActionName(resource.type, 'write'), subject: resource.id, existed },
    succeed: () => undefined,
    fail: () => undefined,
  });
}

function put(arm: Arm, call: Call, target: ResourceTarget, type: PlainType): Answer {
  const existing = findOf(arm, type, toId(target));
  const made = newTracked(arm, call, target);
  const refused = findObstacle(arm, call, target) ?? findMismatch(call, existing?.etag ?? null);
  if (refused !== null) return refused;
  const resource: PlainResource = {
    ...made,
    id: existing?.id ?? made.id,
    type,
    resourceGuid: existing?.resourceGuid ?? newGuid(arm.random),
    sku: toRecord(call.body)['sku'],
    provisioningState: 'Succeeded',
    properties: complete(arm, type, existing?.id ?? made.id, made.properties),
  };
  store(arm, resource);
  const headers = tellWrite(arm, call, resource, existing === null ? 'new' : 'existed');
  return answer(existing === null ? 201 : 200, toBody(resource), headers);
}

/** A type that is kept as it is sent, without rules of its own. */
export const plainResources = (type: PlainType): Kind => ({
  put: (arm, call, target) => put(arm, call, target, type),
  get(arm, _call, target) {
    const resource = findOf(arm, type, toId(target));
    return resource === null ? absent(target) : answer(200, toBody(resource), { etag: resource.etag });
  },
  list: (arm, call, { subscription, group }) => toPage(arm, call, listOf(arm, type, subscription, group), toBody),
  patch(arm, call, target) {
    const resource = findOf(arm, type, toId(target));
    if (resource === null) return absent(target);
    Object.assign(resource, { tags: toTags(toRecord(call.body)['tags']), etag: newEtag(arm) });
    return answer(200, toBody(resource), tellWrite(arm, call, resource, 'existed'));
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
