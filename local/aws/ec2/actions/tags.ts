import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  DescribeTagsResult,
  ResourceType,
} from '@aws-sdk/client-ec2';
import type { Action, Call } from '../call.ts';
import { missingParameter } from '../errors.ts';
import { toPredicate } from '../filters.ts';
import { toPage } from '../pages.ts';
import { asSeen, tagsOf } from '../region.ts';
import { checkExists, readTags, replaceTags, resourceTypeOf } from '../tagging.ts';

function createTags(call: Call, { Resources: ids, Tags: given }: CreateTagsRequest): object {
  if (ids === undefined || ids.length === 0) throw missingParameter('resourceIdSet');
  const tags = readTags(given);
  if (tags.size === 0) throw missingParameter('Tag');
  for (const id of ids) checkExists(call.region, id);
  for (const id of ids) replaceTags(call, id, new Map([...tagsOf(call.region, id), ...tags]));
  return {};
}

/** Without tags all go; a tag with a value goes only when the resource has that value. */
function deleteTags(call: Call, { Resources: ids, Tags: given }: DeleteTagsRequest): object {
  if (ids === undefined || ids.length === 0) throw missingParameter('resourceIdSet');
  for (const id of ids) checkExists(call.region, id);
  for (const id of ids) {
    const left = [...tagsOf(call.region, id)].filter(([key, value]) => !isNamed(given, key, value));
    replaceTags(call, id, new Map(left));
  }
  return {};
}

const isNamed = (given: DeleteTagsRequest['Tags'], key: string, value: string): boolean =>
  given === undefined || given.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value));

interface TagItem {
  readonly sequence: number;
  readonly id: string;
  readonly key: string;
  readonly value: string;
}

function describeTags({ region }: Call, request: DescribeTagsRequest): DescribeTagsResult {
  const items = [...asSeen(region).taggings.entries()]
    .flatMap(([id, { tags }]) => [...tags].map(([key, value]) => ({ id, key, value })))
    .map((item, index): TagItem => ({ ...item, sequence: index + 1 }));
  const matches = toPredicate<TagItem>(
    request.Filters,
    {
      key: ({ key }) => [key],
      value: ({ value }) => [value],
      'resource-id': ({ id }) => [id],
      'resource-type': ({ id }) => [resourceTypeOf(id)],
    },
    ({ key, value }) => new Map([[key, value]]),
  );
  const page = toPage('DescribeTags', request, items.filter(matches));
  return {
    NextToken: page.NextToken,
    Tags: page.items.map(({ id, key, value }) => ({
      ResourceId: id,
      ResourceType: resourceTypeOf(id) as ResourceType,
      Key: key,
      Value: value,
    })),
  };
}

export const tagActions = {
  CreateTags: createTags,
  DeleteTags: deleteTags,
  DescribeTags: describeTags,
} satisfies Record<string, Action>;
