import { EC2Client } from '@aws-sdk/client-ec2';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { toRefusal } from '../../../../lambdas/ec2/faults.ts';
import { readsOf } from '../../../../lambdas/ec2/read/reads.ts';
import { HERE } from '../../samples.ts';

/** The real client over a transport that answers with what is given, in order, and remembers what was asked. */
function clientThatAnswers(...answers: readonly string[]): { client: EC2Client; asked: URLSearchParams[] } {
  const asked: URLSearchParams[] = [];
  const client = new EC2Client({
    region: HERE.region,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      handle: async ({ body }: { body: string }) => {
        const answer = answers[asked.length] ?? '';
        asked.push(new URLSearchParams(body));
        const headers = { 'content-type': 'text/xml;charset=UTF-8' };
        return { response: { statusCode: 200, headers, body: Readable.from([Buffer.from(answer)]) } };
      },
    },
  });
  return { client, asked };
}

const page = (name: string, items: string, token = ''): string =>
  `<${name}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>${items}` +
  `${token === '' ? '' : `<nextToken>${token}</nextToken>`}</${name}Response>`;

test('sessions of other accounts, which the owner of a shared target sees too, are not asked for', async () => {
  const { client, asked } = clientThatAnswers(page('DescribeTrafficMirrorSessions', ''));
  await readsOf(client, HERE).firstSessions();
  expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
    Action: 'DescribeTrafficMirrorSessions',
    'Filter.1.Name': 'owner-id',
    'Filter.1.Value.1': '123456789012',
    MaxResults: '1000',
  });
});

test('what counts at a target is asked for without regard to the owner', async () => {
  const { client, asked } = clientThatAnswers(page('DescribeTrafficMirrorSessions', ''));
  await readsOf(client, HERE).sessionsTo(['tmt-0a', 'tmt-0b']);
  const { MaxResults, ...filters } = Object.fromEntries(
    [...(asked[0] ?? [])].filter(([name]) => /Filter|Max/.test(name)),
  );
  expect(MaxResults).toBe('1000');
  expect(filters).toEqual({
    'Filter.1.Name': 'traffic-mirror-target-id',
    'Filter.1.Value.1': 'tmt-0a',
    'Filter.1.Value.2': 'tmt-0b',
  });
});

test.each(['instances', 'interfaces'] as const)('%s that an account hides are asked for too', async (kind) => {
  const { client, asked } = clientThatAnswers(page('Describe', ''));
  await readsOf(client, HERE)[kind]('everything');
  expect(asked[0]?.get('IncludeManagedResources')).toBe('true');
});

test.each([
  ['targets', 'trafficMirrorTargetSet', 'trafficMirrorTargetId', 'TrafficMirrorTargetId'],
  ['filters', 'trafficMirrorFilterSet', 'trafficMirrorFilterId', 'TrafficMirrorFilterId'],
] as const)('%s are read to the last page', async (kind, set, element, member) => {
  const items = (id: string): string => `<${set}><item><${element}>${id}</${element}></item></${set}>`;
  const { client, asked } = clientThatAnswers(
    page('Describe', items('first'), 'more'),
    page('Describe', items('second')),
  );
  const found = await readsOf(client, HERE)[kind]();
  expect(found).toMatchObject([{ [member]: 'first' }, { [member]: 'second' }]);
  expect(asked.map((params) => params.get('NextToken'))).toEqual([null, 'more']);
});

test('nothing is asked for when there is nothing to ask by', async () => {
  const { client, asked } = clientThatAnswers();
  expect(await readsOf(client, HERE).instances({ filter: 'instance-id', values: [] })).toEqual([]);
  expect(asked).toEqual([]);
});

test('the message of a denial, which names people and policies, is dropped where it is read', () => {
  const thrown = Object.assign(new Error('User: alice … Encoded'), {
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
  });
  expect(toRefusal(thrown)).toEqual({ code: 'AccessDenied', status: 403, access: 'denied', said: '', denied: null });
});
