import { answer, childNotFound, invalidReference, refuse, type Answer } from './answer.ts';
import { findOf, newEtag, toActionName, type Arm, type Call } from './arm.ts';
import { findReference, findText, toRecord, toRecords } from './body.ts';
import { completeChild, type ChildType } from './child.ts';
import type { Kind } from './kind.ts';
import { begin } from './operation.ts';
import { toPage } from './paging.ts';
import { toId, type ResourceTarget } from './path.ts';
import { meet, part } from './peerings.ts';
import { toPlainBody } from './plain-resources.ts';
import type { PlainResource, Properties } from './resource.ts';
import { absent, findMismatch } from './tracked.ts';

const PEERING = 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings';

const parentOf = (target: ResourceTarget): ResourceTarget & { readonly type: PlainResource['type'] } => ({
  ...target,
  type: target.type.split('/').slice(0, 2).join('/') as PlainResource['type'],
  names: target.names.slice(0, 1),
});

const listNameOf = (type: ChildType): string => type.split('/')[2] ?? '';

const findParent = (arm: Arm, target: ResourceTarget): PlainResource | null =>
  findOf(arm, parentOf(target).type, toId(parentOf(target)));

/** The children as the parent shows them. */
const childrenOf = (arm: Arm, parent: PlainResource, type: ChildType): readonly Properties[] =>
  toRecords(toRecord(toPlainBody(arm, parent)['properties'])[listNameOf(type)]);

const isNamed = (child: Properties, name: string): boolean =>
  findText(child['name'])?.toLowerCase() === name.toLowerCase();

function setChildren(arm: Arm, parent: PlainResource, type: ChildType, children: readonly Properties[]): void {
  parent.properties = { ...parent.properties, [listNameOf(type)]: children };
  parent.etag = newEtag(arm);
}

const storedChildren = (parent: PlainResource, type: ChildType): readonly Properties[] =>
  toRecords(parent.properties[listNameOf(type)]);

function tell(arm: Arm, call: Call, parent: PlainResource, id: string, type: ChildType, existed: 'existed' | 'new') {
  const verb = call.method === 'DELETE' ? 'delete' : 'write';
  return begin(arm, call, {
    durationMs: null,
    location: parent.location,
    happening: {
      verb: verb === 'delete' ? 'Delete' : 'Write',
      operationName: toActionName(type, verb),
      subject: id,
      existed,
    },
    succeed: () => undefined,
    fail: () => undefined,
  });
}

/** A peering with a network that is not there is refused. */
function findWrongRemote(arm: Arm, type: ChildType, id: string, child: Properties): Answer | null {
  if (type !== PEERING) return null;
  const remote = findReference(toRecord(child['properties'])['remoteVirtualNetwork']) ?? '';
  const isThere = findOf(arm, 'Microsoft.Network/virtualNetworks', remote) !== null;
  return isThere ? null : invalidReference(remote, id);
}

function put(arm: Arm, call: Call, target: ResourceTarget, type: ChildType): Answer {
  const parent = findParent(arm, target);
  if (parent === null) return absent(call, parentOf(target));
  const name = target.names[1] ?? '';
  const existing = storedChildren(parent, type).find((child) => isNamed(child, name)) ?? null;
  const made = completeChild(arm, parent.id, listNameOf(type), { ...toRecord(call.body), name }, existing);
  const id = findReference(made) ?? '';
  const refused = findMismatch(call, findText(existing?.['etag']) ?? null) ?? findWrongRemote(arm, type, id, made);
  if (refused !== null) return refused;
  const others = storedChildren(parent, type).filter((child) => !isNamed(child, name));
  setChildren(arm, parent, type, [...others, made]);
  if (type === PEERING) meet(arm, parent);
  const headers = tell(arm, call, parent, id, type, existing === null ? 'new' : 'existed');
  const shown = childrenOf(arm, parent, type).find((child) => isNamed(child, name));
  return answer(existing === null ? 201 : 200, { ...shown, type }, headers);
}

function remove(arm: Arm, call: Call, target: ResourceTarget, type: ChildType): Answer {
  const parent = findParent(arm, target);
  const name = target.names[1] ?? '';
  const existing = parent === null ? undefined : storedChildren(parent, type).find((child) => isNamed(child, name));
  if (parent === null || existing === undefined) return answer(204, null);
  const others = storedChildren(parent, type).filter((child) => child !== existing);
  setChildren(arm, parent, type, others);
  if (type === PEERING) part(arm, parent, existing);
  return answer(200, null, tell(arm, call, parent, findReference(existing) ?? '', type, 'existed'));
}

/** A type whose resources are kept in the body of their parent: subnets, peerings, parts of load balancers, security rules. */
export const children = (type: ChildType): Kind => ({
  put: (arm, call, target) => put(arm, call, target, type),
  remove: (arm, call, target) => remove(arm, call, target, type),
  get(arm, call, target) {
    const parent = findParent(arm, target);
    if (parent === null) return absent(call, parentOf(target));
    const child = childrenOf(arm, parent, type).find((one) => isNamed(one, target.names[1] ?? ''));
    return child === undefined ? childNotFound(toId(target)) : answer(200, { ...child, type });
  },
  list(arm, call, { subscription, group, parents }) {
    const target: ResourceTarget = { kind: 'resource', subscription, group: group ?? '', type, names: parents };
    const parent = findParent(arm, target);
    if (parent === null) return absent(call, parentOf(target));
    return toPage(arm, call, childrenOf(arm, parent, type), (child) => ({ ...child, type }));
  },
  patch: () => refuse(405, 'MethodNotAllowed', `A resource of the type ${type} has no tags: PUT it.`),
  act: () => null,
});
