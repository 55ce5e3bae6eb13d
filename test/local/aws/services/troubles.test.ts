import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import type { AwsCloud } from '../../../../local/aws/aws-cloud.ts';
import { endAfterTest, refusalOf, startCloud } from '../rig.ts';

function clientsOf(cloud: AwsCloud) {
  const credentials = cloud.as({ kind: 'user', name: 'alice' });
  const config = { endpoint: cloud.endpoint, region: 'us-east-1', maxAttempts: 1, credentials };
  const [tokens, balancing] = [new STSClient(config), new ElasticLoadBalancingV2Client(config)];
  endAfterTest(async () => [tokens, balancing].forEach((client) => client.destroy()));
  return {
    whoAmI: () => tokens.send(new GetCallerIdentityCommand({})),
    describe: () => balancing.send(new DescribeLoadBalancersCommand({})),
  };
}

test('a call meets the failure that was asked for, as often as was asked for', async () => {
  const cloud = await startCloud();
  const { describe, whoAmI } = clientsOf(cloud);
  cloud.fail('DescribeLoadBalancers', { code: 'Throttling', times: 1 });
  expect(await refusalOf(describe())).toBe('Throttling');
  expect(await refusalOf(describe())).toBe('the call succeeded');
  const end = cloud.fail('*', { code: 'InternalFailure', status: 500, region: 'us-east-1' });
  expect(await refusalOf(whoAmI())).toBe('InternalFailure');
  end();
  expect(await refusalOf(whoAmI())).toBe('the call succeeded');
});

test('a connection that breaks down gives no answer', async () => {
  const cloud = await startCloud();
  const { describe } = clientsOf(cloud);
  cloud.hangUp('DescribeLoadBalancers', { times: 1 });
  await expect(describe()).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await refusalOf(describe())).toBe('the call succeeded');
});

test('answers take their time', async () => {
  const cloud = await startCloud({ latencyMs: 40 });
  const beganMs = performance.now();
  await clientsOf(cloud).whoAmI();
  // A timer may fire a millisecond early.
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(39);
});

test('what no service has, and what this cloud cannot do, is said to be so', async () => {
  const cloud = await startCloud();
  const call = async (service: string, Action: string, Version: string) => {
    const { accessKeyId } = cloud.as({ kind: 'user', name: 'alice' });
    const scope = `Credential=${accessKeyId}/20260101/us-east-1/${service}/aws4_request`;
    const answer = await fetch(cloud.endpoint, {
      method: 'POST',
      headers: { authorization: `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=0` },
      body: new URLSearchParams({ Action, Version }),
    });
    return { status: answer.status, code: /<Code>(\w+)<\/Code>/.exec(await answer.text())?.[1] };
  };
  const sts = '2011-06-15';
  expect(await call('sts', 'DescribeInstances', sts)).toEqual({ status: 400, code: 'InvalidAction' });
  expect(await call('sts', 'GetCallerIdentity', '2016-11-15')).toEqual({ status: 400, code: 'InvalidAction' });
  expect(await call('sts', 'DecodeAuthorizationMessage', sts)).toEqual({ status: 501, code: 'UnsupportedOperation' });
  expect(await call('sts', 'AssumeRole', sts)).toEqual({ status: 400, code: 'ValidationError' });
  expect(await call('sts', 'GetCallerIdentity', sts)).toEqual({ status: 200, code: undefined });
  expect(await call('ec2', 'GetCallerIdentity', sts)).toEqual({ status: 400, code: 'InvalidAction' });
});
