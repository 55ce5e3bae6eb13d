import {
  answer,
  childNotFound,
  invalidReference,
  refuse,
  wrongReferenceType,
  invalidFormat,
  type Answer,
} from './answer.ts';
import { everyOf, findOf, newEtag, toActionName, type Arm, type Call } from './arm.ts';
import { findReference, toRecord } from './body.ts';
import { interrupt } from './interruptions.ts';
import type { Kind } from './kind.ts';
import { begin, type Effort } from './operation.ts';
import { toPage } from './paging.ts';
import { parseTarget, toId, type ResourceTarget } from './path.ts';
import type { NetworkInterface, TapConfiguration } from './resource.ts';
import { absent, findMismatch } from './tracked.ts';
import { findDestinationNic } from './virtual-network-taps.ts';

const TYPE = 'Microsoft.Network/networkInterfaces/tapConfigurations';
const NIC = 'Microsoft.Network/networkInterfaces';
const VTAP = 'Microsoft.Network/virtualNetworkTaps';
const JOIN = 'Microsoft.Network/virtualNetworkTaps/join/action';

export const toTapConfigurationBody = ({ name, id, etag, provisioningState, tap }: TapConfiguration) => ({
  name,
  id,
  etag,
  type: TYPE,
  properties: { provisioningState, virtualNetworkTap: { id: tap } },
});

const parentOf = (target: ResourceTarget): ResourceTarget => ({
  ...target,
  type: NIC,
  names: target.names.slice(0, 1),
});

const findParent = (arm: Arm, target: ResourceTarget): NetworkInterface | null =>
  findOf(arm, NIC, toId(parentOf(target)));

const findChild = (nic: NetworkInterface, target: ResourceTarget): TapConfiguration | null =>
  nic.tapConfigurations.get((target.names[1] ?? '').toLowerCase()) ?? null;

/** The answer to a write while another one is going on, or `null`. Both codes are seen in practice; only the 409 is not retried by the SDKs. */
export function findBusy(arm: Arm, nic: NetworkInterface): Answer | null {
  if (nic.busyWith === null) return null;
  return arm.settings.busyCode === 'AnotherOperationInProgress'
    ? refuse(
        409,
        'AnotherOperationInProgress',
        `Another operation on this or dependent resource is in progress: ${nic.busyWith}.`,
      )
    : refuse(
        429,
        'RetryableErrorDueToAnotherOperation',
        `Operation on ${nic.id} is blocked by another one: ${nic.busyWith}.`,
      );
}

function findWrongReference(arm: Arm, call: Call, nic: NetworkInterface, id: string): Answer | null {
  const target = findReference(toRecord(toRecord(call.body)['properties'])['virtualNetworkTap']);
  const path = 'properties.virtualNetworkTap';
  if (target === null)
    return invalidFormat({
      code: 'MissingJsonReferenceId',
      message: `Value for reference id is missing. Path ${path}.`,
    });
  const referenced = parseTarget(target);
  if (referenced.kind !== 'resource' || referenced.type !== VTAP)
    return wrongReferenceType(target, 'virtualNetworkTaps', path);
  const tap = findOf(arm, VTAP, target);
  if (tap === null || tap.location !== nic.location) return invalidReference(target, id);
  if (arm.controls.isDenied(JOIN)) return linkedAuthorizationFailed(call, id, tap.id);
  if (tap.provisioningState !== 'Succeeded')
    return refuse(
      429,
      'ReferencedResourceNotProvisioned',
      `Cannot proceed with operation because resource ${tap.id} used by resource ${id} is not in Succeeded state. Resource is in ${tap.provisioningState} state.`,
    );
  return null;
}

const linkedAuthorizationFailed = ({ caller }: Call, id: string, linked: string): Answer =>
  refuse(
    403,
    'LinkedAuthorizationFailed',
    `The client '${caller.appId}' with object id '${caller.objectId}' has permission to perform action '${TYPE}/write' on scope '${id}'; however, it does not have permission to perform action(s) '${JOIN}' on the linked scope(s) '${linked}' (respectively) or the linked scope(s) are invalid.`,
  );

/** Limits of the feature whose codes are not documented. */
function findUnfit(arm: Arm, nic: NetworkInterface, existing: TapConfiguration | null): Answer | null {
  const isDestination = everyOf(arm, VTAP).some(
    (tap) => findDestinationNic(tap)?.toLowerCase() === nic.id.toLowerCase(),
  );
  if (isDestination)
    return refuse(
      400,
      'NetworkInterfaceIsTapDestination',
      `Network interface ${nic.id} is the destination of a virtual network tap and cannot be a source.`,
    );
  if (existing === null && nic.tapConfigurations.size > 0)
    return refuse(
      400,
      'NetworkInterfaceTapConfigurationLimitReached',
      `Network interface ${nic.id} cannot have more than 1 tap configuration.`,
    );
  return null;
}

function put(arm: Arm, call: Call, target: ResourceTarget): Answer {
  const nic = findParent(arm, target);
  if (nic === null) return absent(parentOf(target));
  const existing = findChild(nic, target);
  const id = existing?.id ?? toId({ ...target, group: nic.group, names: [nic.name, target.names[1] ?? ''] });
  const refused =
    findBusy(arm, nic) ??
    findWrongReference(arm, call, nic, id) ??
    findMismatch(call, existing?.etag ?? null) ??
    findUnfit(arm, nic, existing);
  if (refused !== null) return refused;
  const tap = findReference(toRecord(toRecord(call.body)['properties'])['virtualNetworkTap']) ?? '';
  if (existing === null) return create(arm, call, nic, { id, name: target.names[1] ?? '', tap });
  const isSame = existing.tap.toLowerCase() === tap.toLowerCase() && existing.provisioningState === 'Succeeded';
  return isSame ? rewrite(arm, call, nic, existing) : retarget(arm, call, nic, existing, tap);
}

/** What an operation on a child does: it holds the interface until it is over, and gives both new etags. */
function effortOn(
  arm: Arm,
  nic: NetworkInterface,
  child: TapConfiguration,
  then: { readonly verb: 'Write' | 'Delete'; readonly existed: 'existed' | 'new'; readonly succeed: () => void },
): Effort {
  const operationName = toActionName(TYPE, then.verb === 'Write' ? 'write' : 'delete');
  const endInterruption = interrupt(arm, nic);
  const release = (): void => {
    endInterruption();
    nic.busyWith = null;
    nic.etag = newEtag(arm);
    child.etag = newEtag(arm);
  };
  nic.busyWith = `${operationName} on ${child.id}`;
  nic.etag = newEtag(arm);
  return {
    durationMs: arm.settings.interruptionMs ?? arm.settings.operationMs,
    location: nic.location,
    happening: { verb: then.verb, operationName, subject: child.id, existed: then.existed },
    succeed: () => {
      release();
      then.succeed();
    },
    fail: () => {
      release();
      child.provisioningState = 'Failed';
    },
  };
}

function create(
  arm: Arm,
  call: Call,
  nic: NetworkInterface,
  made: Pick<TapConfiguration, 'id' | 'name' | 'tap'>,
): Answer {
  const child: TapConfiguration = { ...made, etag: newEtag(arm), provisioningState: 'Updating', isListed: true };
  nic.tapConfigurations.set(child.name.toLowerCase(), child);
  const succeed = (): void => void (child.provisioningState = 'Succeeded');
  const headers = begin(arm, call, effortOn(arm, nic, child, { verb: 'Write', existed: 'new', succeed }));
  return answer(201, toTapConfigurationBody(child), headers);
}

/** Writing what is already there is not free: it is an operation, and the etag is a new one (recorded in 2019). */
function rewrite(arm: Arm, call: Call, nic: NetworkInterface, child: TapConfiguration): Answer {
  child.isListed = true;
  const effort = effortOn(arm, nic, child, { verb: 'Write', existed: 'existed', succeed: () => undefined });
  const headers = begin(arm, call, { ...effort, durationMs: null });
  return answer(200, toTapConfigurationBody(child), headers);
}

function retarget(arm: Arm, call: Call, nic: NetworkInterface, child: TapConfiguration, tap: string): Answer {
  child.tap = tap;
  child.provisioningState = 'Updating';
  child.isListed = true;
  const succeed = (): void => void (child.provisioningState = 'Succeeded');
  const headers = begin(arm, call, effortOn(arm, nic, child, { verb: 'Write', existed: 'existed', succeed }));
  return answer(200, toTapConfigurationBody(child), headers);
}

function remove(arm: Arm, call: Call, target: ResourceTarget): Answer {
  const nic = findParent(arm, target);
  if (nic === null) return absent(parentOf(target));
  const child = findChild(nic, target);
  if (child === null) return answer(204, null);
  const refused = findBusy(arm, nic) ?? findMismatch(call, child.etag);
  if (refused !== null) return refused;
  child.provisioningState = 'Deleting';
  const succeed = (): void => void nic.tapConfigurations.delete(child.name.toLowerCase());
  const headers = begin(arm, call, effortOn(arm, nic, child, { verb: 'Delete', existed: 'existed', succeed }));
  return answer(202, null, headers);
}

/** `Microsoft.Network/networkInterfaces/tapConfigurations`. */
export const tapConfigurations: Kind = {
  put,
  remove,
  get(arm, _call, target) {
    const nic = findParent(arm, target);
    if (nic === null) return absent(parentOf(target));
    const child = findChild(nic, target);
    if (child === null) return childNotFound(toId(target));
    return answer(200, toTapConfigurationBody(child), { etag: child.etag });
  },
  list(arm, call, { subscription, group, parents }) {
    const parent: ResourceTarget = { kind: 'resource', subscription, group: group ?? '', type: NIC, names: parents };
    const nic = findOf(arm, NIC, toId(parent));
    if (nic === null) return absent(parent);
    return toPage(arm, call, [...nic.tapConfigurations.values()], toTapConfigurationBody);
  },
  patch: () => refuse(405, 'MethodNotAllowed', 'A tap configuration has no tags: PUT it.'),
  act: () => null,
};
