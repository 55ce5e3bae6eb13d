import {
  normaliseArmId,
  parseAccountId,
  parseAttachmentId,
  parseMachineId,
  parseRegion,
  parseSourceId,
  parseTargetId,
} from '../../../shared/ids.ts';
import { findMarkInName } from '../../../shared/mark.ts';
import type { Attachment, Machine, Source, Tags, TargetId } from '../../../shared/words.ts';
import { findAt, findRecord, findTextAt, listAt } from '../../json.ts';
import { isOfUniformScaleSet } from '../eligibility/scale-set.ts';
import { findResource, INTERFACE_TYPE, MACHINE_TYPE, type Resource, TAP_CONFIGURATION_TYPE } from '../resource-id.ts';

/**
 * The virtual machine in a body, or `null` when it is none. Without an instance view one that is provisioned is taken to
 * run, which is the careful reading: the guard counts changes to running machines only.
 */
export function findMachine(body: unknown): Machine | null {
  const resource = findResource(findTextAt(body, 'id') ?? '');
  if (resource?.type !== MACHINE_TYPE) return null;
  return {
    id: parseMachineId(resource.id),
    cloud: 'azure',
    account: parseAccountId(resource.subscription),
    region: parseRegion(findTextAt(body, 'location') ?? ''),
    resourceGroup: resource.resourceGroup,
    name: findTextAt(body, 'name') ?? resource.name,
    type: findTextAt(body, 'properties', 'hardwareProfile', 'vmSize'),
    tags: toTags(findAt(body, 'tags')),
    availabilityGroup: findAvailabilityGroup(body),
    state: toMachineState(body),
    // Neither the virtual machine nor its instance view says when it was stopped.
    stoppedAt: null,
  };
}

function findAvailabilityGroup(machineBody: unknown): string | null {
  const group =
    findTextAt(machineBody, 'properties', 'availabilitySet', 'id') ??
    findTextAt(machineBody, 'properties', 'virtualMachineScaleSet', 'id');
  return group === null ? null : normaliseArmId(group);
}

/** The ids of the interfaces of a virtual machine's body. */
export const interfacesOf = (machineBody: unknown): readonly string[] =>
  listAt(machineBody, 'properties', 'networkProfile', 'networkInterfaces').flatMap(
    (reference) => findTextAt(reference, 'id') ?? [],
  );

/**
 * The network interface in a body, or `null` when it is none. Whether it is fit is seen later. An instance of a uniform scale set
 * is no virtual machine of its own: such an interface is judged by itself.
 */
export function findSource(body: unknown): Source | null {
  const resource = findResource(findTextAt(body, 'id') ?? '');
  if (resource?.type !== INTERFACE_TYPE) return null;
  const named = findTextAt(body, 'properties', 'virtualMachine', 'id');
  const machine = isOfUniformScaleSet(named) ? null : named;
  const subnet = subnetOf(body);
  return {
    id: parseSourceId(resource.id),
    cloud: 'azure',
    account: parseAccountId(resource.subscription),
    region: parseRegion(findTextAt(body, 'location') ?? ''),
    zone: null,
    resourceGroup: resource.resourceGroup,
    network: subnet?.parent ?? null,
    subnet: subnet?.id ?? null,
    machine: machine === null ? null : parseMachineId(machine),
    isPrimary: findAt(body, 'properties', 'primary') === true,
    tags: toTags(findAt(body, 'tags')),
    state: !isSettled(stateOf(body)) ? 'changing' : named === null ? 'detached' : 'attached',
    unfit: null,
  };
}

/**
 * The TAP configuration in a body, or `null` when it is none, or when it is only named: interfaces hold their TAP
 * configurations wholly or as mere ids. Which VTAP lists it is seen later.
 */
export function findAttachment(body: unknown): Attachment | null {
  const resource = findResource(findTextAt(body, 'id') ?? '');
  const target = findTextAt(body, 'properties', 'virtualNetworkTap', 'id');
  if (resource?.type !== TAP_CONFIGURATION_TYPE || resource.parent === null || target === null) return null;
  return toAttachment(resource, parseTargetId(target), toAttachmentState(stateOf(body)));
}

/** A TAP configuration, which points at a target. */
export const toAttachment = (
  { id, parent, name }: Resource,
  target: TargetId,
  state: Attachment['state'],
): Attachment => ({
  id: parseAttachmentId(id),
  source: parseSourceId(parent ?? id),
  settings: { target, filter: null, number: null, packetLength: null, virtualNetworkId: null },
  mark: findMarkInName(name),
  state,
});

/** What an interface's body holds of its TAP configurations. */
export const tapConfigurationsOf = (interfaceBody: unknown): readonly unknown[] =>
  listAt(interfaceBody, 'properties', 'tapConfigurations');

/** The properties of a machine's power state, to be put into a body that has none. */
export const powerStateOf = (machineBody: unknown): string | null =>
  listAt(machineBody, 'properties', 'instanceView', 'statuses')
    .flatMap((status) => findTextAt(status, 'code')?.toLowerCase() ?? [])
    .find((code) => code.startsWith('powerstate/')) ?? null;

/** `Succeeded`; the specification's own examples spell it `Succeded`. */
export const isSucceeded = (state: string | null): boolean => state === null || /^succee?ded$/i.test(state);

export const stateOf = (body: unknown): string | null => findTextAt(body, 'properties', 'provisioningState');

/** Provisioning that failed is over: it does not go on by itself. */
export const isFailed = (state: string | null): boolean => /^(failed|canceled)$/i.test(state ?? '');

const isSettled = (state: string | null): boolean => isSucceeded(state) || isFailed(state);

/** How the provisioning of a machine or an interface ended, when it ended badly. */
export function findFailure(body: unknown): string | null {
  const state = stateOf(body);
  return isFailed(state) ? state : null;
}

function toMachineState(body: unknown): Machine['state'] {
  if (!isSettled(stateOf(body))) return 'changing';
  return toPowerState(powerStateOf(body));
}

/** https://learn.microsoft.com/azure/virtual-machines/states-billing */
export const toPowerState = (code: string | null): Machine['state'] => POWER_STATES.get(code ?? '') ?? 'running';

const POWER_STATES: ReadonlyMap<string, Machine['state']> = new Map([
  ['powerstate/stopped', 'stopped'],
  ['powerstate/deallocated', 'stopped'],
  ['powerstate/starting', 'changing'],
  ['powerstate/stopping', 'changing'],
  ['powerstate/deallocating', 'changing'],
]);

function toAttachmentState(state: string | null): Attachment['state'] {
  if (isSucceeded(state)) return 'ready';
  return isFailed(state) ? 'failed' : 'changing';
}

function subnetOf(interfaceBody: unknown): { readonly id: string; readonly parent: string | null } | null {
  const configurations = listAt(interfaceBody, 'properties', 'ipConfigurations');
  const primary = configurations.find((one) => findAt(one, 'properties', 'primary') === true) ?? configurations[0];
  return findResource(findTextAt(primary, 'properties', 'subnet', 'id') ?? '');
}

const toTags = (tags: unknown): Tags =>
  Object.fromEntries(
    Object.entries(findRecord(tags) ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
