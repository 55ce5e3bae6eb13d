import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compose } from '../../../lambdas/compose.ts';
import { startAwsCloud, type AwsCloud } from '../../../local/aws/aws-cloud.ts';
import { parseAccountId, parseRegion, toInstant } from '../../../shared/ids.ts';
import { findWork, type Work } from '../../../shared/work.ts';

const CREDENTIALS = { accessKeyId: 'a', secretAccessKey: 'b' };

let local: AwsCloud;
beforeEach(async () => {
  local = await startAwsCloud({ port: 0, settleMs: 0 });
});
afterEach(() => local.stop());

const environment = (more: Record<string, string> = {}) => ({
  AWS_REGION: local.region,
  AWS_ENDPOINT_URL_EC2: local.endpoint,
  AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2: local.endpoint,
  AWS_ENDPOINT_URL_SQS: local.sqsEndpoint,
  TAPKEEPER_SCOPES: `${local.account}:${local.region},${local.account}:eu-west-1`,
  TAPKEEPER_EVENT_QUEUE_URL: local.queues.event.url,
  TAPKEEPER_BULK_QUEUE_URL: local.queues.bulk.url,
  ...more,
});

const sweep = (correlation: string): Work => ({
  kind: 'sweep',
  scope: { cloud: 'aws', account: parseAccountId(local.account), region: parseRegion(local.region) },
  correlation,
  since: toInstant(0),
  follows: null,
});

describe('the queues', () => {
  test('hold what was sent, as work that is read back', async () => {
    const { queues } = compose(environment(), { credentials: CREDENTIALS });
    await queues.send('bulk', [sweep('first'), sweep('second')], 0);
    const client = new SQSClient({ endpoint: local.sqsEndpoint, region: local.region, credentials: CREDENTIALS });
    const receive = new ReceiveMessageCommand({ QueueUrl: local.queues.bulk.url, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await client.send(receive);
    client.destroy();
    expect(Messages.map(({ Body = '' }) => findWork(JSON.parse(Body)))).toEqual([sweep('first'), sweep('second')]);
    expect(await local.depthOf(local.queues.event)).toEqual({ waiting: 0, dead: 0 });
  });

  test('that cannot be reached are a fault that names the queue', async () => {
    const { queues } = compose(environment(), { credentials: CREDENTIALS });
    await local.stop();
    await expect(queues.send('event', [sweep('c')], 0)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining(local.queues.event.url) as string,
    });
  });
});

describe('the environment', () => {
  test('names scopes, mode and role; each region has its own client', async () => {
    const env: Record<string, string> = environment({ TAPKEEPER_ROLE_NAME: 'attacher' });
    const deps = compose(env, { credentials: CREDENTIALS });
    const scopes = await deps.cloud.scopes();
    expect(scopes.map(({ region }) => region)).toEqual(['us-east-1', 'eu-west-1']);
    expect([deps.mode(), deps.ownRoles]).toEqual(['observe', ['attacher']]);
    env['TAPKEEPER_MODE'] = 'paused';
    expect(deps.mode()).toBe('paused');
    for (const scope of scopes) await deps.cloud.read(scope, { kind: 'everything' });
    expect(local.state.regions()).toEqual(['eu-west-1', 'us-east-1']);
  });

  test('without scopes is refused at once', () => {
    expect(() => compose(environment({ TAPKEEPER_SCOPES: '' }), {})).toThrow(/TAPKEEPER_SCOPES is not set/);
  });

  test('credentials that are missing are a fault that says so', async () => {
    const missing = async (): Promise<never> => {
      throw Object.assign(new Error('Could not load credentials from any providers'), {
        name: 'CredentialsProviderError',
      });
    };
    const { cloud } = compose(environment(), { credentials: missing });
    const [scope] = await cloud.scopes();
    if (scope === undefined) throw new Error('there is a scope');
    await expect(cloud.read(scope, { kind: 'everything' })).rejects.toMatchObject({
      code: 'denied',
      message: expect.stringContaining('give credentials of account 123456789012') as string,
    });
  });
});
