import { answer, childNotFound, refuse, type Answer } from './answer.ts';
import { findOf, newEtag, toActionName, type Arm, type Call } from './arm.ts';
import { findUnavailable } from './availability.ts';
import { findDoom, findOffFastpath } from './fastpath.ts';
import { interrupt } from './interruptions.ts';
import type { Kind } from './kind.ts';
import { begin, type Effort } from './operation.ts';
import { toPage } from './paging.ts';
import { toId, type ResourceTarget } from './path.ts';
import type { NetworkInterface, TapConfiguration } from './resource.ts';
import { findLimit } from './tap-limits.ts';
import { findWrongTap, toNamedTap } from './tap-reference.ts';
import { absent, findMismatch } from './tracked.ts';

const TYPE = 'Microsoft.Network/networkInterfaces/tapConfigurations';
const NIC = 'Microsoft.Network/networkInterfaces';
const VTAP = 'Microsoft.Network/virtualNetworkTaps';

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

function put(arm: Arm, call: Call, target: ResourceTarget): Answer {
  const nic = findParent(arm, target);
  if (nic === null) return absent(call, parentOf(target));
  const existing = findChild(nic, target);
  const id = existing?.id ?? toId({ ...target, group: nic.group, names: [nic.name, target.names[1] ?? ''] });
  const tap = toNamedTap(call);
  const refused =
    findUnavailable(arm, target.subscription, nic.location) ??
    findBusy(arm, nic) ??
    findWrongTap(arm, call, nic, id) ??
    findMismatch(call, existing?.etag ?? null) ??
    findLimit(arm, nic, existing, tap) ??
    findOffFastpath(arm, nic);
  if (refused !== null) return refused;
  if (existing === null) return create(arm, call, nic, { id, name: target.names[1] ?? '', tap });
  const isSame = existing.tap.toLowerCase() === tap.toLowerCase() && existing.provisioningState === 'Succeeded';
  return isSame ? rewrite(arm, call, nic, existing) : retarget(arm, call, nic, existing, tap);
}

interface Work {
  readonly verb: 'Write' | 'Delete';
  readonly existed: 'existed' | 'new';
  readonly succeed: () => void;
  /** Makes it as it was before. */
  readonly undo: () => void;
}

/** What an operation on a child does: it holds the interface until it is over, interrupts its machine, and gives both new etags. */
function effortOn(arm: Arm, nic: NetworkInterface, child: TapConfiguration, work: Work): Effort {
  const operationName = toActionName(TYPE, work.verb === 'Write' ? 'write' : 'delete');
  const ends = [interrupt(arm, nic), showOnTap(arm, child.tap)];
  const release = (): void => {
    for (const end of ends) end();
    nic.busyWith = null;
    nic.etag = newEtag(arm);
    child.etag = newEtag(arm);
  };
  nic.busyWith = `${operationName} on ${child.id}`;
  nic.etag = newEtag(arm);
  return {
    durationMs: arm.settings.interruptionMs ?? arm.settings.operationMs,
    location: nic.location,
    happening: { verb: work.verb, operationName, subject: child.id, existed: work.existed },
    doom: work.verb === 'Write' ? findDoom(arm, nic) : null,
    succeed: () => {
      release();
      work.succeed();
    },
    fail: ({ leaves }) => {
      release();
      if (leaves === 'as-it-was') work.undo();
      else child.provisioningState = 'Failed';
    },
  };
}

/** Lets a VTAP know that one of its sources is being written; the result ends that. */
function showOnTap(arm: Arm, id: string): () => void {
  const tap = findOf(arm, VTAP, id);
  if (tap === null) return () => undefined;
  tap.writing += 1;
  return () => void (tap.writing -= 1);
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
  const undo = (): void => void nic.tapConfigurations.delete(child.name.toLowerCase());
  const headers = begin(arm, call, effortOn(arm, nic, child, { verb: 'Write', existed: 'new', succeed, undo }));
  return answer(201, toTapConfigurationBody(child), headers);
}

/** Writing what is already there is not free: it is an operation, and the etag is a new one (recorded in 2019). */
function rewrite(arm: Arm, call: Call, nic: NetworkInterface, child: TapConfiguration): Answer {
  child.isListed = true;
  const nothing = (): void => undefined;
  const work: Work = { verb: 'Write', existed: 'existed', succeed: nothing, undo: nothing };
  const headers = begin(arm, call, { ...effortOn(arm, nic, child, work), durationMs: null });
  return answer(200, toTapConfigurationBody(child), headers);
}

function retarget(arm: Arm, call: Call, nic: NetworkInterface, child: TapConfiguration, tap: string): Answer {
  const { tap: from, provisioningState } = child;
  Object.assign(child, { tap, provisioningState: 'Updating', isListed: true });
  const succeed = (): void => void (child.provisioningState = 'Succeeded');
  const undo = (): void => void Object.assign(child, { tap: from, provisioningState });
  const headers = begin(arm, call, effortOn(arm, nic, child, { verb: 'Write', existed: 'existed', succeed, undo }));
  return answer(200, toTapConfigurationBody(child), headers);
}

function remove(arm: Arm, call: Call, target: ResourceTarget): Answer {
  const nic = findParent(arm, target);
  if (nic === null) return absent(call, parentOf(target));
  const child = findChild(nic, target);
  if (child === null) return answer(204, null);
  const refused = findBusy(arm, nic) ?? findMismatch(call, child.etag);
  if (refused !== null) return refused;
  const { provisioningState } = child;
  child.provisioningState = 'Deleting';
  const succeed = (): void => void nic.tapConfigurations.delete(child.name.toLowerCase());
  const undo = (): void => void (child.provisioningState = provisioningState);
  const headers = begin(arm, call, effortOn(arm, nic, child, { verb: 'Delete', existed: 'existed', succeed, undo }));
  return answer(202, null, headers);
}

/** `Microsoft.Network/networkInterfaces/tapConfigurations`. */
export const tapConfigurations: Kind = {
  put,
  remove,
  get(arm, call, target) {
    const nic = findParent(arm, target);
    if (nic === null) return absent(call, parentOf(target));
    const child = findChild(nic, target);
    if (child === null) return childNotFound(toId(target));
    return answer(200, toTapConfigurationBody(child), { etag: child.etag });
  },
  list(arm, call, { subscription, group, parents }) {
    const parent: ResourceTarget = { kind: 'resource', subscription, group: group ?? '', type: NIC, names: parents };
    const nic = findOf(arm, NIC, toId(parent));
    if (nic === null) return absent(call, parent);
    return toPage(arm, call, [...nic.tapConfigurations.values()], toTapConfigurationBody);
  },
  patch: () => refuse(405, 'MethodNotAllowed', 'A tap configuration has no tags: PUT it.'),
  act: () => null,
};
