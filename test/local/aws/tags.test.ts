import { CreateTagsCommand, DeleteTagsCommand, DescribeTagsCommand } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { clientOf, launch, refusalOf, startCloud } from './rig.ts';

async function startTagged() {
  const cloud = await startCloud();
  const client = clientOf(cloud);
  const { id, interfaces } = await launch(cloud, client);
  const source = interfaces[0] ?? '';
  const tagsOf = (kind: 'instances' | 'interfaces') => cloud.state.in()[kind][0]?.tags;
  return { cloud, client, id, source, tagsOf };
}

test('tags are set on several resources, replaced and listed', async () => {
  const { client, id, source, tagsOf } = await startTagged();
  await client.send(new CreateTagsCommand({ Resources: [id, source], Tags: [{ Key: 'a', Value: '1' }] }));
  await client.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'a', Value: '2' }, { Key: 'b' }] }));
  expect(tagsOf('instances')).toEqual({ a: '2', b: '' });
  expect(tagsOf('interfaces')).toEqual({ a: '1' });
  const { Tags } = await client.send(
    new DescribeTagsCommand({ Filters: [{ Name: 'resource-type', Values: ['instance'] }] }),
  );
  expect(Tags).toEqual([
    { ResourceId: id, ResourceType: 'instance', Key: 'a', Value: '2' },
    { ResourceId: id, ResourceType: 'instance', Key: 'b', Value: '' },
  ]);
});

test('a tag is deleted by its key, or by its key and value; without tags all go', async () => {
  const { client, id, tagsOf } = await startTagged();
  const Tags = [
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: '2' },
    { Key: 'c', Value: '3' },
  ];
  await client.send(new CreateTagsCommand({ Resources: [id], Tags }));
  await client.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'a' }, { Key: 'b', Value: 'other' }] }));
  expect(tagsOf('instances')).toEqual({ b: '2', c: '3' });
  await client.send(new DeleteTagsCommand({ Resources: [id] }));
  expect(tagsOf('instances')).toEqual({});
});

test('names of objects are names like others', async () => {
  const { client, id, tagsOf } = await startTagged();
  const Tags = [
    { Key: '__proto__', Value: 'x' },
    { Key: 'constructor', Value: 'y' },
  ];
  await client.send(new CreateTagsCommand({ Resources: [id], Tags }));
  expect(Object.entries(tagsOf('instances') ?? {})).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
});

test.each([
  ['an unknown instance', 'i-0123456789abcdef0', 'k', 'InvalidInstanceID.NotFound'],
  ['an unknown session', 'tms-0123456789abcdef0', 'k', 'InvalidTrafficMirrorSessionId.NotFound'],
  ['what is no id', 'nothing', 'k', 'InvalidID.Malformed'],
  ['a reserved key', null, 'aws:k', 'InvalidParameterValue'],
  ['a long key', null, 'k'.repeat(129), 'InvalidParameterValue'],
])('%s is refused, and nothing is tagged', async (_name, unknown, Key, code) => {
  const { client, id, tagsOf } = await startTagged();
  const Resources = unknown === null ? [id] : [id, unknown];
  expect(await refusalOf(client.send(new CreateTagsCommand({ Resources, Tags: [{ Key, Value: 'v' }] })))).toBe(code);
  expect(tagsOf('instances')).toEqual({});
});

test('a resource has at most 50 tags', async () => {
  const { client, id } = await startTagged();
  const Tags = Array.from({ length: 51 }, (_, at) => ({ Key: `k${at}`, Value: 'v' }));
  expect(await refusalOf(client.send(new CreateTagsCommand({ Resources: [id], Tags })))).toBe('TagLimitExceeded');
});
