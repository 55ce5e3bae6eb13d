import { createServer } from 'node:net';
import { DescribeVpcsCommand, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { startAwsCloud, type AwsCloud } from '../../../local/aws/aws-cloud.ts';
import { clientOf, endAfterTest, IMAGE, launchOptions, refusalOf, startCloud } from './rig.ts';

const CREDENTIAL =
  'AWS4-HMAC-SHA256 Credential=AKIAANYBODY/20261121/eu-west-1/ec2/aws4_request, SignedHeaders=host, Signature=0';

const HEADERS = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', authorization: CREDENTIAL };

const RUN = `Action=RunInstances&Version=2016-11-15&ImageId=${IMAGE}&InstanceType=m5.large&MinCount=1&MaxCount=1`;

async function post(cloud: AwsCloud, body: string, headers: Record<string, string> = HEADERS) {
  const response = await fetch(cloud.endpoint, { method: 'POST', headers, body });
  return { status: response.status, type: response.headers.get('content-type'), xml: await response.text() };
}

const codeIn = (xml: string): string | undefined => /<Code>(.*?)<\/Code>/.exec(xml)?.[1];

describe('the Query protocol', () => {
  test('a form as the AWS CLI posts it is answered with XML, in the region of its credential scope', async () => {
    const cloud = await startCloud();
    const { status, type, xml } = await post(
      cloud,
      `${RUN}&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=mirror&TagSpecification.1.Tag.1.Value=a%26b`,
    );
    expect(status).toBe(200);
    expect(type).toBe('text/xml;charset=UTF-8');
    expect(xml).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<RunInstancesResponse xmlns="http:\/\/ec2.amazonaws.com\/doc\/2016-11-15\/"><requestId>[0-9a-f-]{36}<\/requestId>/,
    );
    expect(xml).toContain('<item><key>mirror</key><value>a&#38;b</value></item>');
    expect(cloud.state.in('eu-west-1').instances).toHaveLength(1);
    expect(cloud.state.in('us-east-1').instances).toHaveLength(0);
  });

  test('what is not signed goes to the default region, and a GET works like a POST', async () => {
    const cloud = await startCloud();
    const response = await fetch(`${cloud.endpoint}/?${RUN}`);
    expect(response.status).toBe(200);
    expect(cloud.state.in('us-east-1').instances).toHaveLength(1);
  });

  test.each([
    ['an action that EC2 does not have', 'Action=Fly&Version=2016-11-15', 400, 'InvalidAction'],
    ['a name of every object', 'Action=constructor&Version=2016-11-15', 400, 'InvalidAction'],
    ['no action', 'Version=2016-11-15', 400, 'MissingParameter'],
    ['an action that is not kept here', 'Action=DescribeVolumes&Version=2016-11-15', 501, 'UnsupportedOperation'],
    ['another version', RUN.replace('2016-11-15', '2010-01-01'), 400, 'InvalidParameterValue'],
    ['a parameter that is missing', RUN.replace('&MinCount=1', ''), 400, 'MissingParameter'],
    ['a parameter that is unknown', `${RUN}&Colour=blue`, 400, 'UnknownParameter'],
    ['a parameter inside that is unknown', `${RUN}&Placement.Colour=blue`, 400, 'UnknownParameter'],
    ['a list that is none', `${RUN}&SecurityGroupId.first=sg-1`, 400, 'UnknownParameter'],
    ['a number that is none', RUN.replace('MaxCount=1', 'MaxCount=one'), 400, 'InvalidParameterValue'],
    ['a boolean that is none', `${RUN}&DryRun=perhaps`, 400, 'InvalidParameterValue'],
    ['a prototype as a parameter', `${RUN}&__proto__.x=1`, 400, 'UnknownParameter'],
    ['a dry run', `${RUN}&DryRun=true`, 412, 'DryRunOperation'],
  ])('%s', async (_name, body, status, code) => {
    const cloud = await startCloud();
    const answer = await post(cloud, body);
    expect(answer.status).toBe(status);
    expect(codeIn(answer.xml)).toBe(code);
    expect(answer.xml).toMatch(/<\/Errors><RequestID>[0-9a-f-]{36}<\/RequestID><\/Response>$/);
    expect(cloud.state.in().instances).toEqual([]);
  });

  test('ids look like those of EC2', async () => {
    const cloud = await startCloud();
    await post(cloud, RUN, { ...HEADERS, authorization: CREDENTIAL.replace('eu-west-1', 'us-east-1') });
    const { instances, interfaces } = cloud.state.in();
    expect(instances[0]?.id).toMatch(/^i-0[0-9a-f]{16}$/);
    expect(interfaces[0]?.id).toMatch(/^eni-0[0-9a-f]{16}$/);
    expect(interfaces[0]?.attachment?.id).toMatch(/^eni-attach-0[0-9a-f]{16}$/);
  });

  test('a request of more than 1 MB is refused', async () => {
    const cloud = await startCloud();
    const answer = await post(cloud, `${RUN}&UserData=${'x'.repeat(1_100_000)}`);
    expect(codeIn(answer.xml)).toBe('MalformedQueryString');
  });
});

describe('the cloud', () => {
  test('counts calls by action, refused ones too, until it is told to forget them', async () => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    await client.send(new DescribeVpcsCommand({}));
    await client.send(new DescribeVpcsCommand({}));
    await refusalOf(client.send(new RunInstancesCommand({ ...launchOptions('m5.large'), DryRun: true })));
    expect(cloud.calls).toEqual({ DescribeVpcs: 2, RunInstances: 1 });
    cloud.resetCalls();
    expect(cloud.calls).toEqual({});
  });

  test('refuses an action that is denied, before it says that a dry run would succeed', async () => {
    const cloud = await startCloud();
    const client = clientOf(cloud);
    cloud.deny('RunInstances');
    const dryRun = new RunInstancesCommand({ ...launchOptions('m5.large'), DryRun: true });
    expect(await refusalOf(client.send(dryRun))).toBe('UnauthorizedOperation');
    cloud.allow('RunInstances');
    expect(await refusalOf(client.send(dryRun))).toBe('DryRunOperation');
  });

  test('names the port that is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    endAfterTest(async () => void taken.close());
    const address = taken.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    await expect(startAwsCloud({ port })).rejects.toThrow(`EC2 on 127.0.0.1:${port}: the port is taken`);
    await expect(startAwsCloud({ port: 0, sqsPort: port })).rejects.toThrow(
      `SQS on 127.0.0.1:${port}: the port is taken`,
    );
  });

  test('tells listeners of changes, until they no longer listen', async () => {
    const cloud = await startCloud();
    let told = 0;
    const end = cloud.onChange(() => void (told += 1));
    await post(cloud, RUN);
    expect(told).toBeGreaterThan(0);
    await cloud.idle();
    end();
    const before = told;
    await post(cloud, RUN);
    expect(told).toBe(before);
  });
});
