import { newGuid } from '../random.ts';
import { answer, invalidReference, refuse, wrongReferenceType, type Answer } from './answer.ts';
import { everyOf, findOf, listOf, newEtag, toActionName, type Arm, type Call } from './arm.ts';
import { findReference, findText, toRecord, toRecords, toTags } from './body.ts';
import type { Kind } from './kind.ts';
import { begin } from './operation.ts';
import { toPage } from './paging.ts';
import { toId, type ResourceTarget } from './path.ts';
import type { NetworkInterface, Properties } from './resource.ts';
import { findBusy, toTapConfigurationBody } from './tap-configurations.ts';
import { absent, findMismatch, findObstacle, forget, newTracked, store, toEnvelope } from './tracked.ts';
import { findDestinationNic } from './virtual-network-taps.ts';

const TYPE = 'Microsoft.Network/networkInterfaces';
const VNET = 'Microsoft.Network/virtualNetworks';
const DOMAIN = 'local.bx.internal.cloudapp.net';

/** What interfaces have said of themselves only since later API versions. */
const sinceLater = ({ apiVersion }: Call) =>
  apiVersion < '2022' ? {} : { nicType: 'Standard', vnetEncryptionSupported: false };

/** IP configurations bear the etag of their interface (seen in recordings). */
const withEtags = ({ etag, properties }: NetworkInterface): readonly Properties[] =>
  toRecords(properties['ipConfigurations']).map(({ name, id, ...rest }) => ({ name, id, etag, ...rest }));

function toBody(arm: Arm, call: Call, nic: NetworkInterface) {
  const configurations = [...nic.tapConfigurations.values()];
  const isFull = arm.settings.embeddedTapConfigurations === 'full';
  return {
    ...toEnvelope(nic),
    properties: {
      provisioningState: nic.busyWith === null ? nic.provisioningState : 'Updating',
      resourceGuid: nic.resourceGuid,
      dnsSettings: { dnsServers: [], appliedDnsServers: [], internalDomainNameSuffix: DOMAIN },
      enableAcceleratedNetworking: false,
      enableIPForwarding: false,
      hostedWorkloads: [],
      ...nic.properties,
      ipConfigurations: withEtags(nic),
      tapConfigurations: configurations.map((child) => (isFull ? toTapConfigurationBody(child) : { id: child.id })),
      ...(nic.machine === null ? {} : { virtualMachine: { id: nic.machine.id }, primary: nic.machine.isPrimary }),
      ...sinceLater(call),
    },
  };
}

/** IP configurations as the service completes them: ids, an address that stays, a state. */
function completeIpConfigurations(arm: Arm, nic: NetworkInterface, properties: Properties): readonly unknown[] {
  const { id } = nic;
  const before = toRecords(nic.properties['ipConfigurations']);
  return toRecords(properties['ipConfigurations']).map((configuration, index) => {
    const name = findText(configuration['name']) ?? `ipconfig${index + 1}`;
    return {
      name,
      id: `${id}/ipConfigurations/${name}`,
      type: 'Microsoft.Network/networkInterfaces/ipConfigurations',
      properties: {
        provisioningState: 'Succeeded',
        privateIPAddress: addressOf(before, name) ?? arm.newAddress(),
        privateIPAllocationMethod: 'Dynamic',
        primary: index === 0,
        privateIPAddressVersion: 'IPv4',
        ...toRecord(configuration['properties']),
      },
    };
  });
}

const addressOf = (configurations: readonly Properties[], name: string): unknown =>
  toRecord(configurations.find((one) => one['name'] === name)?.['properties'])['privateIPAddress'];

function findWrongSubnet(arm: Arm, id: string, properties: Properties): Answer | null {
  const subnets = toRecords(properties['ipConfigurations']).map((configuration) =>
    findReference(toRecord(configuration['properties'])['subnet']),
  );
  for (const [index, subnet] of subnets.entries()) {
    if (subnet === null) continue;
    const path = `properties.ipConfigurations[${index}].properties.subnet`;
    const match = /^(.+\/Microsoft\.Network\/virtualNetworks\/[^/]+)\/subnets\/[^/]+$/i.exec(subnet);
    if (match === null) return wrongReferenceType(subnet, 'subnets', path);
    const network = findOf(arm, VNET, match[1] ?? '');
    const isThere = toRecords(network?.properties['subnets']).some(
      (candidate) => findReference(candidate)?.toLowerCase() === subnet.toLowerCase(),
    );
    if (!isThere) return invalidReference(subnet, id);
  }
  return null;
}

/** What the service fills in itself is not taken from a body that a client has read and sends back. */
const READ_ONLY = [
  'tapConfigurations',
  'virtualMachine',
  'primary',
  'provisioningState',
  'resourceGuid',
  'hostedWorkloads',
  'nicType',
];

const withoutReadOnly = (properties: Properties): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !READ_ONLY.includes(name)));

function tellWrite(arm: Arm, call: Call, nic: NetworkInterface, existed: 'existed' | 'new') {
  return begin(arm, call, {
    durationMs: null,
    location: nic.location,
    happening: { verb: 'Write', operationName: toActionName(TYPE, 'write'), subject: nic.id, existed },
    succeed: () => undefined,
    fail: () => undefined,
  });
}

function put(arm: Arm, call: Call, target: ResourceTarget): Answer {
  const existing = findOf(arm, TYPE, toId(target));
  const made = newTracked(arm, call, target);
  const refused =
    findObstacle(arm, call, target) ??
    (existing === null ? null : findBusy(arm, existing)) ??
    findMismatch(call, existing?.etag ?? null) ??
    findWrongSubnet(arm, made.id, made.properties);
  if (refused !== null) return refused;
  const nic: NetworkInterface = existing ?? {
    ...made,
    type: TYPE,
    resourceGuid: newGuid(arm.random),
    provisioningState: 'Succeeded',
    machine: null,
    tapConfigurations: new Map(),
    busyWith: null,
  };
  const ipConfigurations = completeIpConfigurations(arm, nic, made.properties);
  const properties = { ...withoutReadOnly(made.properties), ipConfigurations };
  Object.assign(nic, { tags: made.tags, etag: made.etag, properties });
  store(arm, nic);
  const headers = tellWrite(arm, call, nic, existing === null ? 'new' : 'existed');
  return answer(existing === null ? 201 : 200, toBody(arm, call, nic), headers);
}

/** An interface that a VTAP sends to cannot be deleted; the code is not documented. */
function findTapBefore(arm: Arm, nic: NetworkInterface): Answer | null {
  const tap = everyOf(arm, 'Microsoft.Network/virtualNetworkTaps').find(
    (one) => findDestinationNic(one)?.toLowerCase() === nic.id.toLowerCase(),
  );
  return tap === undefined
    ? null
    : refuse(400, 'NicInUse', `Network Interface ${nic.id} is used by existing resource ${tap.id}.`);
}

function remove(arm: Arm, call: Call, target: ResourceTarget): Answer {
  const nic = findOf(arm, TYPE, toId(target));
  if (nic === null) return answer(204, null);
  if (nic.machine !== null)
    return refuse(
      400,
      'NicInUse',
      `Network Interface ${nic.id} is used by existing resource ${nic.machine.id}. In order to delete the network interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic.`,
    );
  const refused = findTapBefore(arm, nic) ?? findBusy(arm, nic) ?? findMismatch(call, nic.etag);
  if (refused !== null) return refused;
  nic.busyWith = toActionName(TYPE, 'delete');
  const headers = begin(arm, call, {
    durationMs: arm.settings.operationMs,
    location: nic.location,
    happening: { verb: 'Delete', operationName: toActionName(TYPE, 'delete'), subject: nic.id, existed: 'existed' },
    succeed: () => forget(arm, nic),
    fail: () => Object.assign(nic, { busyWith: null, provisioningState: 'Failed' }),
  });
  return answer(202, null, headers);
}

/** `Microsoft.Network/networkInterfaces`. */
export const networkInterfaces: Kind = {
  put,
  remove,
  get(arm, call, target) {
    const nic = findOf(arm, TYPE, toId(target));
    return nic === null ? absent(call, target) : answer(200, toBody(arm, call, nic), { etag: nic.etag });
  },
  list: (arm, call, { subscription, group }) =>
    toPage(arm, call, listOf(arm, TYPE, subscription, group), (nic) => toBody(arm, call, nic)),
  patch(arm, call, target) {
    const nic = findOf(arm, TYPE, toId(target));
    if (nic === null) return absent(call, target);
    const refused = findBusy(arm, nic);
    if (refused !== null) return refused;
    Object.assign(nic, { tags: toTags(toRecord(call.body)['tags']), etag: newEtag(arm) });
    return answer(200, toBody(arm, call, nic), tellWrite(arm, call, nic, 'existed'));
  },
  act: () => null,
};
