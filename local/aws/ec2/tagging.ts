import type { TagSpecification } from '@aws-sdk/client-ec2';
import type { Call } from './call.ts';
import { invalidValue, notFound, refusal } from './errors.ts';
import type { RegionState } from './region.ts';
import { tagsOf } from './region.ts';

/** The kinds of resources that can be tagged, by the prefix of their ids. */
const RESOURCE_TYPES: Readonly<Record<string, string>> = {
  i: 'instance',
  eni: 'network-interface',
  subnet: 'subnet',
  vpc: 'vpc',
  tms: 'traffic-mirror-session',
  tmt: 'traffic-mirror-target',
  tmf: 'traffic-mirror-filter',
  tmfr: 'traffic-mirror-filter-rule',
};

const prefixOf = (id: string): string => id.slice(0, id.lastIndexOf('-'));

export const resourceTypeOf = (id: string): string => RESOURCE_TYPES[prefixOf(id)] ?? 'unknown';

/** @throws Refusal when nothing in the region has that id. */
export function checkExists(region: RegionState, id: string): void {
  const tables = [region.instances, region.interfaces, region.targets, region.filters];
  const exists = [...tables, region.filterRules, region.sessions].some((table) => table.has(id) && table.seen.has(id));
  if (!exists && id !== region.vpcId && !region.subnets.has(id)) throw notFound(prefixOf(id), id);
}

type GivenTag = { readonly Key?: string | undefined; readonly Value?: string | undefined };

/** Tags as given, checked. @throws Refusal */
export function readTags(given: readonly GivenTag[] | undefined): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const { Key: key = '', Value: value = '' } of given ?? []) {
    if (key === '' || key.length > 128)
      throw invalidValue(`Tag key exceeds the maximum length of 128 characters, or is empty`);
    if (value.length > 256) throw invalidValue(`Tag value exceeds the maximum length of 256 characters`);
    if (key.toLowerCase().startsWith('aws:')) {
      throw invalidValue(`Tag keys starting with 'aws:' are reserved for internal use`);
    }
    tags.set(key, value);
  }
  return tags;
}

/** The tags that a request wishes for what it creates. @throws Refusal for a resource type that it does not create. */
export function readSpecifications(
  specifications: readonly TagSpecification[] | undefined,
  creates: readonly string[],
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const read = new Map<string, ReadonlyMap<string, string>>();
  for (const { ResourceType: type = '', Tags: tags } of specifications ?? []) {
    if (!creates.includes(type))
      throw invalidValue(`'${type}' is not a valid taggable resource type for this operation.`);
    read.set(type, new Map([...(read.get(type) ?? []), ...readTags(tags)]));
  }
  return read;
}

const MOST_TAGS = 50;

/** Gives a resource exactly these tags, and says so with an event when that changes anything. */
export function replaceTags(call: Call, id: string, tags: ReadonlyMap<string, string>): void {
  const before = tagsOf(call.region, id);
  if (tags.size > MOST_TAGS)
    throw refusal('TagLimitExceeded', `The maximum number of tags for '${id}' is ${MOST_TAGS}`);
  const changed = [...new Set([...before.keys(), ...tags.keys()])].filter((key) => before.get(key) !== tags.get(key));
  if (changed.length === 0) return;
  const version = (call.region.taggings.get(id)?.version ?? 0) + 1;
  call.region.taggings.set(id, { tags, version });
  const type = resourceTypeOf(id);
  call.emit({
    source: 'aws.tag',
    detailType: 'Tag Change on Resource',
    resources: [`arn:aws:ec2:${call.region.name}:${call.account}:${type}/${id}`],
    detail: {
      'changed-tag-keys': changed,
      service: 'ec2',
      'resource-type': type,
      version,
      tags: Object.fromEntries(tags),
    },
  });
}

/** A resource that is gone has no tags; nothing says so. */
export const forgetTags = (region: RegionState, id: string): void => region.taggings.delete(id);
