import { findUnavailable } from './availability.ts';
import { answer, invalidFormat, invalidReference, refuse, wrongReferenceType, type Answer } from './answer.ts';
import { everyOf, findOf, listOf, newEtag, toActionName, type Arm, type Call } from './arm.ts';
import { findProperty, findReference, toRecord, toTags } from './body.ts';
import type { Kind } from './kind.ts';
import { begin } from './operation.ts';
import { toPage } from './paging.ts';
import { toId, type ResourceTarget } from './path.ts';
import type { Properties, TapConfiguration, VirtualNetworkTap } from './resource.ts';
import { absent, findMismatch, findObstacle, forget, newTracked, store, toEnvelope } from './tracked.ts';

const TYPE = 'Microsoft.Network/virtualNetworkTaps';
const NIC = 'Microsoft.Network/networkInterfaces';
const LOAD_BALANCER = 'Microsoft.Network/loadBalancers';

/** The service writes `Frontend`, its specification and SDK `FrontEnd`: it is read in any casing and written as the service does. */
const TO_FRONTEND = 'destinationLoadBalancerFrontendIPConfiguration';
const TO_NIC = 'destinationNetworkInterfaceIPConfiguration';

const findNicDestination = (properties: Properties): string | null => findReference(findProperty(properties, TO_NIC));
const findFrontendDestination = (properties: Properties): string | null =>
  findReference(findProperty(properties, TO_FRONTEND));

/** The network interface that a VTAP sends to, or `null` when it sends to a load balancer. */
export function findDestinationNic({ properties }: VirtualNetworkTap): string | null {
  const id = findNicDestination(properties);
  return id === null ? null : id.replace(/\/ipConfigurations\/[^/]+$/i, '');
}

/** The tap configurations that a VTAP lists, wherever their interfaces are. */
export function sourcesOf(arm: Arm, tap: VirtualNetworkTap): readonly TapConfiguration[] {
  const folded = tap.id.toLowerCase();
  return everyOf(arm, NIC)
    .flatMap((nic) => [...nic.tapConfigurations.values()])
    .filter((configuration) => configuration.isListed && configuration.tap.toLowerCase() === folded);
}

/** What a VTAP says of itself. It is not known whether writing a source shows in its state. */
export const stateOf = ({ settings }: Arm, { provisioningState, writing }: VirtualNetworkTap) =>
  settings.tapWhileWritten !== 'free' && writing > 0 && provisioningState === 'Succeeded'
    ? 'Updating'
    : provisioningState;

function toBody(arm: Arm, tap: VirtualNetworkTap) {
  const nic = findNicDestination(tap.properties);
  const frontend = findFrontendDestination(tap.properties);
  const sources = sourcesOf(arm, tap).map(({ id }) => ({ id }));
  return {
    ...toEnvelope(tap),
    properties: {
      provisioningState: stateOf(arm, tap),
      ...(sources.length === 0 ? {} : { networkInterfaceTapConfigurations: sources }),
      ...(nic === null ? {} : { [TO_NIC]: { id: nic } }),
      ...(frontend === null ? {} : { [TO_FRONTEND]: { id: frontend } }),
      destinationPort: 4789,
    },
  };
}

function findWrongDestination(arm: Arm, properties: Properties, id: string): Answer | null {
  const nic = findNicDestination(properties);
  const frontend = findFrontendDestination(properties);
  if ((nic === null) === (frontend === null))
    return invalidFormat({ code: 'InvalidJson', message: `Exactly one destination is required. Path properties.` });
  return nic === null
    ? findWrongReference(arm, frontend ?? '', FRONTEND_REFERENCE, id)
    : findWrongReference(arm, nic, NIC_REFERENCE, id);
}

interface ReferenceRule {
  readonly pattern: RegExp;
  readonly types: string;
  readonly property: string;
  readonly listed: string;
  readonly parent: typeof NIC | typeof LOAD_BALANCER;
}

const NIC_REFERENCE: ReferenceRule = {
  pattern: /^(.+\/Microsoft\.Network\/networkInterfaces\/[^/]+)\/ipConfigurations\/([^/]+)$/i,
  types: 'networkInterfaces/ipConfigurations',
  property: TO_NIC,
  listed: 'ipConfigurations',
  parent: NIC,
};

const FRONTEND_REFERENCE: ReferenceRule = {
  pattern: /^(.+\/Microsoft\.Network\/loadBalancers\/[^/]+)\/frontendIPConfigurations\/([^/]+)$/i,
  types: 'loadBalancers/frontendIPConfigurations',
  property: TO_FRONTEND,
  listed: 'frontendIPConfigurations',
  parent: LOAD_BALANCER,
};

function findWrongReference(arm: Arm, id: string, rule: ReferenceRule, from: string): Answer | null {
  const match = rule.pattern.exec(id);
  if (match === null) return wrongReferenceType(id, rule.types, `properties.${rule.property}`);
  const parent = findOf(arm, rule.parent, match[1] ?? '');
  const children = toRecord(parent?.properties)[rule.listed];
  const isThere =
    Array.isArray(children) && children.some((child) => findReference(child)?.toLowerCase() === id.toLowerCase());
  return isThere ? null : invalidReference(id, from);
}

function put(arm: Arm, call: Call, target: ResourceTarget): Answer {
  const existing = findOf(arm, TYPE, toId(target));
  const made = newTracked(arm, call, target);
  const refused =
    findObstacle(arm, call, target) ??
    findUnavailable(arm, target.subscription, made.location) ??
    findMismatch(call, existing?.etag ?? null) ??
    findWrongDestination(arm, made.properties, toId(target));
  if (refused !== null) return refused;
  const tap: VirtualNetworkTap = existing ?? {
    ...made,
    type: TYPE,
    provisioningState: 'Updating',
    writing: 0,
  };
  Object.assign(tap, { tags: made.tags, properties: made.properties, etag: made.etag, provisioningState: 'Updating' });
  store(arm, tap);
  const headers = begin(arm, call, {
    durationMs: arm.settings.operationMs,
    location: tap.location,
    happening: {
      verb: 'Write',
      operationName: toActionName(TYPE, 'write'),
      subject: tap.id,
      existed: existing === null ? 'new' : 'existed',
    },
    succeed: () => Object.assign(tap, { provisioningState: 'Succeeded', etag: newEtag(arm) }),
    fail: () => Object.assign(tap, { provisioningState: 'Failed', etag: newEtag(arm) }),
  });
  return answer(existing === null ? 201 : 200, toBody(arm, tap), headers);
}

function remove(arm: Arm, call: Call, target: ResourceTarget): Answer {
  const tap = findOf(arm, TYPE, toId(target));
  if (tap === null) return answer(204, null);
  const sources = sourcesOf(arm, tap);
  if (sources.length > 0)
    return refuse(
      400,
      'InUseVirtualNetworkTapCannotBeDeleted',
      `Virtual network tap ${tap.id} is in use by ${sources.map(({ id }) => id).join(', ')} and cannot be deleted.`,
    );
  const refused = findMismatch(call, tap.etag);
  if (refused !== null) return refused;
  tap.provisioningState = 'Deleting';
  const headers = begin(arm, call, {
    durationMs: arm.settings.operationMs,
    location: tap.location,
    happening: { verb: 'Delete', operationName: toActionName(TYPE, 'delete'), subject: tap.id, existed: 'existed' },
    succeed: () => forget(arm, tap),
    fail: () => void (tap.provisioningState = 'Failed'),
  });
  return answer(202, null, headers);
}

/** `Microsoft.Network/virtualNetworkTaps`. */
export const virtualNetworkTaps: Kind = {
  put,
  remove,
  get(arm, call, target) {
    const tap = findOf(arm, TYPE, toId(target));
    return tap === null ? absent(call, target) : answer(200, toBody(arm, tap), { etag: tap.etag });
  },
  list: (arm, call, { subscription, group }) =>
    toPage(arm, call, listOf(arm, TYPE, subscription, group), (tap) => toBody(arm, tap)),
  patch(arm, call, target) {
    const tap = findOf(arm, TYPE, toId(target));
    if (tap === null) return absent(call, target);
    Object.assign(tap, { tags: toTags(toRecord(call.body)['tags']), etag: newEtag(arm) });
    arm.tell({
      verb: 'Write',
      outcome: 'Success',
      operationName: toActionName(TYPE, 'write'),
      subject: tap.id,
      existed: 'existed',
      call,
    });
    arm.changed();
    return answer(200, toBody(arm, tap));
  },
  act: () => null,
};
