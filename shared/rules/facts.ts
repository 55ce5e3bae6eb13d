import type { Attribute } from '../config/config.ts';
import { normaliseArmId, parseRegion } from '../ids.ts';
import type { Cloud, Machine, Source } from '../words.ts';
import { effectiveTags, type EffectiveTags } from './tags.ts';

/** What conditions are asked of: one source with its machine. */
export interface Facts {
  readonly source: Source;
  readonly machine: Machine | null;
  readonly cloud: Cloud;
  readonly tags: EffectiveTags;
}

export const factsOf = (source: Source, machine: Machine | null): Facts => ({
  source,
  machine,
  cloud: source.cloud,
  tags: effectiveTags(source, machine),
});

/** The attributes that only a machine has; a rule that asks for one does not apply to an interface without a machine. */
export const MACHINE_ATTRIBUTES: readonly Attribute[] = ['machineType', 'machineName'];

/** The value of an attribute, or `null` when the source has none. */
export function findAttribute({ source, machine }: Facts, attribute: Attribute): string | null {
  switch (attribute) {
    case 'cloud':
    case 'account':
    case 'region':
    case 'resourceGroup':
    case 'network':
    case 'subnet':
      return source[attribute];
    case 'machineType':
      return machine?.type ?? null;
    case 'machineName':
      return machine?.name ?? null;
  }
}

/** Attributes are compared without case: both clouds write regions, groups and ids of one thing in several casings. */
export const foldAttribute = (value: string): string => value.toLowerCase();

/** A value as a person wrote it, in the form in which sources have it: `East US` is `eastus`, an ARM id has one leading slash. */
export function foldWanted(attribute: Attribute, value: string): string {
  const trimmed = value.trim();
  if (attribute === 'region') return parseRegion(trimmed);
  const isArmId = (attribute === 'network' || attribute === 'subnet') && trimmed.includes('/');
  return foldAttribute(isArmId ? normaliseArmId(trimmed) : trimmed);
}
