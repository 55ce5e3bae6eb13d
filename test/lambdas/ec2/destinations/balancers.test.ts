import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { balancersOf, type Balancers } from '../../../../lambdas/ec2/destinations/balancers.ts';
import { HERE } from '../../samples.ts';

type Answer = (
  asked: URLSearchParams,
  end: AbortSignal | undefined,
) => { readonly status: number; readonly xml: string };

/** The real client over a transport that answers as told, and remembers what was asked. */
function balancersThatAnswer(answer: Answer): { balancers: Balancers; asked: URLSearchParams[] } {
  const asked: URLSearchParams[] = [];
  const client = new sdk.ElasticLoadBalancingV2Client({
    region: HERE.region,
    maxAttempts: 1,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: {
      handle: async ({ body }: { body: string }, { abortSignal }: { abortSignal?: AbortSignal } = {}) => {
        const params = new URLSearchParams(body);
        asked.push(params);
        const { status, xml } = answer(params, abortSignal);
        const headers = { 'content-type': 'text/xml' };
        return { response: { statusCode: status, headers, body: Readable.from([Buffer.from(xml)]) } };
      },
    },
  });
  return { balancers: balancersOf(sdk, client), asked };
}

const said = (action: string, result: string) => ({
  status: 200,
  xml: `<${action}Response xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><${action}Result>${result}</${action}Result></${action}Response>`,
});
const refused = (code: string, status = 400) => ({
  status,
  xml: `<ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`,
});
const namedIn = (asked: URLSearchParams): readonly string[] =>
  [...asked].filter(([name]) => name.startsWith('LoadBalancerArns.')).map(([, value]) => value);
const member = (name: string, value: string): string => `<member><${name}>${value}</${name}></member>`;

/** Describes all load balancers but those that are gone, as the API does: one that is gone fails the call whole. */
const describing =
  (gone: readonly string[]): Answer =>
  (asked) => {
    const arns = namedIn(asked);
    if (arns.some((arn) => gone.includes(arn))) return refused('LoadBalancerNotFound');
    const members = arns.map((arn) => member('LoadBalancerArn', arn)).join('');
    return said('DescribeLoadBalancers', `<LoadBalancers>${members}</LoadBalancers>`);
  };

const arns = Array.from({ length: 45 }, (_, index) => `arn:${index}`);

test('load balancers are described by as many ARNs as a call takes', async () => {
  const { balancers, asked } = balancersThatAnswer(describing([]));
  expect((await balancers.describe(arns)).map(({ LoadBalancerArn }) => LoadBalancerArn)).toEqual(arns);
  expect(asked.map((one) => namedIn(one).length)).toEqual([20, 20, 5]);
});

test('one that does not exist leaves the others described', async () => {
  const { balancers } = balancersThatAnswer(describing(['arn:3', 'arn:44']));
  const found = await balancers.describe(arns);
  expect(found.map(({ LoadBalancerArn }) => LoadBalancerArn)).toEqual(
    arns.filter((arn) => arn !== 'arn:3' && arn !== 'arn:44'),
  );
});

test('one alone that does not exist is asked for once', async () => {
  const { balancers, asked } = balancersThatAnswer(describing(['arn:0']));
  expect(await balancers.describe(['arn:0'])).toEqual([]);
  expect(asked).toHaveLength(1);
});

test('listeners are read to the last page', async () => {
  const { balancers, asked } = balancersThatAnswer((params) => {
    const isFirst = params.get('Marker') === null;
    const listeners = `<Listeners>${member('Port', isFirst ? '443' : '4789')}</Listeners>`;
    return said('DescribeListeners', isFirst ? `${listeners}<NextMarker>more</NextMarker>` : listeners);
  });
  expect((await balancers.listeners('arn:0')).map(({ Port }) => Port)).toEqual([443, 4789]);
  expect(asked.map((params) => params.get('Marker'))).toEqual([null, 'more']);
});

test('a load balancer that does not exist has no listeners', async () => {
  const { balancers } = balancersThatAnswer(() => refused('LoadBalancerNotFound'));
  expect(await balancers.listeners('arn:0')).toEqual([]);
});

test.each(['describe', 'listeners'] as const)('%s that is denied is thrown', async (kind) => {
  const { balancers } = balancersThatAnswer(() => refused('AccessDenied', 403));
  const read = kind === 'describe' ? balancers.describe(arns) : balancers.listeners('arn:0');
  await expect(read).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('no answer is waited for without an end', async () => {
  const ends: (AbortSignal | undefined)[] = [];
  const { balancers } = balancersThatAnswer((asked, end) => {
    ends.push(end);
    return said(asked.get('Action') ?? '', '');
  });
  await Promise.all([balancers.describe(['arn:0']), balancers.listeners('arn:0')]);
  expect(ends).toHaveLength(2);
  for (const end of ends) expect(end?.aborted).toBe(false);
});
