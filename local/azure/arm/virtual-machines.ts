import { newGuid } from '../random.ts';
import { answer, refuse, type Answer } from './answer.ts';
import { everyOf, findOf, listOf, newEtag, toActionName, type Arm, type Call } from './arm.ts';
import { findReference, tagsPart, toRecord, toRecords, toTags } from './body.ts';
import { isBornOnFastpath } from './fastpath.ts';
import { inCapitals } from './derived.ts';
import { instanceView } from './instance-view.ts';
import type { Kind } from './kind.ts';
import { begin } from './operation.ts';
import { toPage } from './paging.ts';
import { toId, type ResourceTarget } from './path.ts';
import { power } from './power.ts';
import type { NetworkInterface, Properties, VirtualMachine } from './resource.ts';
import { absent, findMismatch, findObstacle, forget, newTracked, store } from './tracked.ts';

const TYPE = 'Microsoft.Compute/virtualMachines';
const NIC = 'Microsoft.Network/networkInterfaces';

type Casing = 'as-created' | 'group-in-capitals';

/** A list writes the resource group in capitals, where a single machine has it as it was created (seen in recordings). */
const toListedId = ({ id, group }: VirtualMachine): string =>
  id.replace(/(\/resourceGroups\/)[^/]+/, (_, prefix: string) => `${prefix}${group.toUpperCase()}`);

/** The service writes the name of an availability set in capitals, and its group. */
function availabilitySetPart({ properties }: VirtualMachine): Properties {
  const id = findReference(properties['availabilitySet']);
  return id === null ? {} : { availabilitySet: { id: inCapitals(id) } };
}

const isExpanded = (call: Call): boolean => (call.query.get('$expand') ?? '').toLowerCase().includes('instanceview');

function toBody(arm: Arm, call: Call, machine: VirtualMachine, casing: Casing) {
  const isStatusOnly = call.query.get('statusOnly') === 'true';
  const view = isExpanded(call) || isStatusOnly ? { instanceView: instanceView(arm, machine) } : {};
  const id = casing === 'as-created' ? machine.id : toListedId(machine);
  const head = { name: machine.name, id, type: TYPE, location: machine.location };
  if (isStatusOnly) return { ...head, properties: { vmId: machine.vmId, ...view } };
  return {
    ...head,
    ...tagsPart(machine.tags),
    etag: machine.etag,
    properties: {
      ...machine.properties,
      ...availabilitySetPart(machine),
      provisioningState: machine.provisioningState,
      vmId: machine.vmId,
      timeCreated: machine.createdAt,
      ...view,
    },
  };
}

/** Secrets are taken and never given back. */
function withoutSecrets(properties: Properties): Properties {
  const profile = toRecord(properties['osProfile']);
  const { adminPassword: _secret, ...osProfile } = profile;
  const { provisioningState: _state, instanceView: _view, vmId: _id, timeCreated: _created, ...rest } = properties;
  return 'osProfile' in properties ? { ...rest, osProfile } : rest;
}

interface Wanted {
  readonly id: string;
  readonly isPrimary: boolean;
}

function wantedInterfaces(properties: Properties): readonly Wanted[] {
  const references = toRecords(toRecord(properties['networkProfile'])['networkInterfaces']);
  return references.map((reference, index) => {
    const primary = toRecord(reference['properties'])['primary'];
    return {
      id: findReference(reference) ?? '',
      isPrimary: primary === true || (primary === undefined && references.length === 1 && index === 0),
    };
  });
}

function findWrongInterface(arm: Arm, id: string, location: string, wanted: readonly Wanted[]): Answer | null {
  for (const { id: nicId } of wanted) {
    const nic = findOf(arm, NIC, nicId);
    if (nic === null || nic.location !== location)
      return refuse(
        400,
        'InvalidParameter',
        `The network interface ${nicId} of ${id} was not found in the region ${location}.`,
      );
    if (nic.machine !== null && nic.machine.id.toLowerCase() !== id.toLowerCase())
      return refuse(400, 'NicInUse', `Network Interface ${nicId} is used by existing resource ${nic.machine.id}.`);
  }
  return null;
}

const interfacesOf = (arm: Arm, machine: VirtualMachine): readonly NetworkInterface[] =>
  everyOf(arm, NIC).filter((nic) => nic.machine?.id.toLowerCase() === machine.id.toLowerCase());

function join(arm: Arm, machine: VirtualMachine, wanted: readonly Wanted[]): void {
  const stays = new Set(wanted.map(({ id }) => id.toLowerCase()));
  for (const nic of interfacesOf(arm, machine)) if (!stays.has(nic.id.toLowerCase())) nic.machine = null;
  for (const { id, isPrimary } of wanted) {
    const nic = findOf(arm, NIC, id);
    if (nic !== null) Object.assign(nic, { machine: { id: machine.id, isPrimary }, etag: newEtag(arm) });
  }
}

function put(arm: Arm, call: Call, target: ResourceTarget): Answer {
  const existing = findOf(arm, TYPE, toId(target));
  const made = newTracked(arm, call, target);
  const wanted = wantedInterfaces(made.properties);
  const refused =
    findObstacle(arm, call, target) ??
    findMismatch(call, existing?.etag ?? null) ??
    findWrongInterface(arm, made.id, made.location, wanted);
  if (refused !== null) return refused;
  const machine: VirtualMachine = existing ?? {
    ...made,
    type: TYPE,
    vmId: newGuid(arm.random),
    createdAt: new Date(arm.clock.now()).toISOString(),
    provisioningState: 'Creating',
    powerState: null,
    isOnFastpath: isBornOnFastpath(arm, made.location),
  };
  const provisioningState = existing === null ? 'Creating' : 'Updating';
  Object.assign(machine, {
    tags: made.tags,
    etag: made.etag,
    properties: withoutSecrets(made.properties),
    provisioningState,
  });
  join(arm, machine, wanted);
  store(arm, machine);
  const headers = update(arm, call, machine, existing === null ? 'new' : 'existed');
  return answer(existing === null ? 201 : 200, toBody(arm, call, machine, 'as-created'), headers);
}

function update(arm: Arm, call: Call, machine: VirtualMachine, existed: 'existed' | 'new') {
  return begin(arm, call, {
    durationMs: existed === 'new' ? arm.settings.settleMs : arm.settings.operationMs,
    location: machine.location,
    happening: { verb: 'Write', operationName: toActionName(TYPE, 'write'), subject: machine.id, existed },
    succeed: () => {
      machine.provisioningState = 'Succeeded';
      machine.powerState ??= 'running';
    },
    fail: () => void (machine.provisioningState = 'Failed'),
  });
}

const isDeletedWith = (machine: VirtualMachine, nic: NetworkInterface): boolean =>
  toRecords(toRecord(machine.properties['networkProfile'])['networkInterfaces']).some(
    (reference) =>
      findReference(reference)?.toLowerCase() === nic.id.toLowerCase() &&
      toRecord(reference['properties'])['deleteOption'] === 'Delete',
  );

function remove(arm: Arm, call: Call, target: ResourceTarget): Answer {
  const machine = findOf(arm, TYPE, toId(target));
  if (machine === null) return answer(204, null);
  machine.provisioningState = 'Deleting';
  const headers = begin(arm, call, {
    durationMs: arm.settings.settleMs,
    location: machine.location,
    happening: { verb: 'Delete', operationName: toActionName(TYPE, 'delete'), subject: machine.id, existed: 'existed' },
    succeed: () => {
      for (const nic of interfacesOf(arm, machine)) {
        nic.machine = null;
        if (isDeletedWith(machine, nic)) forget(arm, nic);
      }
      forget(arm, machine);
    },
    fail: () => void (machine.provisioningState = 'Failed'),
  });
  return answer(202, null, headers);
}

/** `Microsoft.Compute/virtualMachines`. */
export const virtualMachines: Kind = {
  put,
  remove,
  get(arm, call, target) {
    const machine = findOf(arm, TYPE, toId(target));
    return machine === null
      ? absent(call, target)
      : answer(200, toBody(arm, call, machine, 'as-created'), { etag: machine.etag });
  },
  list: (arm, call, { subscription, group }) =>
    toPage(arm, call, listOf(arm, TYPE, subscription, group), (machine) =>
      toBody(arm, call, machine, 'group-in-capitals'),
    ),
  patch(arm, call, target) {
    const machine = findOf(arm, TYPE, toId(target));
    if (machine === null) return absent(call, target);
    const body = toRecord(call.body);
    if ('tags' in body) machine.tags = toTags(body['tags']);
    const wanted = toRecord(body['properties']);
    if ('networkProfile' in wanted) {
      const interfaces = wantedInterfaces(wanted);
      const refused = findWrongInterface(arm, machine.id, machine.location, interfaces);
      if (refused !== null) return refused;
      join(arm, machine, interfaces);
    }
    machine.properties = { ...machine.properties, ...withoutSecrets(wanted) };
    Object.assign(machine, { etag: newEtag(arm), provisioningState: 'Updating' });
    const headers = update(arm, call, machine, 'existed');
    return answer(200, toBody(arm, call, machine, 'as-created'), headers);
  },
  act(arm, call, target, action) {
    const machine = findOf(arm, TYPE, toId(target));
    if (machine === null) return absent(call, target);
    return action.toLowerCase() === 'instanceview'
      ? answer(200, instanceView(arm, machine))
      : power(arm, call, machine, action);
  },
};
