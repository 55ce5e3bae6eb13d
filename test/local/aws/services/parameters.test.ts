import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import type { AwsCloud } from '../../../../local/aws/aws-cloud.ts';
import { endAfterTest, startCloud } from '../rig.ts';

const newClient = (cloud: AwsCloud, region = cloud.region): SSMClient => {
  const credentials = cloud.as({ kind: 'user', name: 'alice' });
  const client = new SSMClient({ endpoint: cloud.endpoint, region, credentials, maxAttempts: 1 });
  endAfterTest(async () => client.destroy());
  return client;
};

test('a parameter is told with its version, in its region only', async () => {
  const cloud = await startCloud();
  const get = new GetParameterCommand({ Name: '/a/b' });
  await expect(newClient(cloud).send(get)).rejects.toMatchObject({ name: 'ParameterNotFound' });
  cloud.putParameter({ name: '/a/b', value: 'one' });
  cloud.putParameter({ name: '/a/b', value: 'two' });
  const { Parameter } = await newClient(cloud).send(get);
  expect(Parameter).toMatchObject({
    ARN: 'arn:aws:ssm:us-east-1:123456789012:parameter/a/b',
    Name: '/a/b',
    Type: 'String',
    Value: 'two',
    Version: 2,
    LastModifiedDate: expect.any(Date) as Date,
  });
  await expect(newClient(cloud, 'eu-west-1').send(get)).rejects.toMatchObject({ name: 'ParameterNotFound' });
  cloud.deleteParameter('/a/b');
  cloud.putParameter({ name: '/a/b', value: 'three' });
  expect((await newClient(cloud).send(get)).Parameter?.Version).toBe(1);
  expect(cloud.calls['GetParameter']).toBe(4);
});

test('a SecureString is told in clear only to who asks for it and may use the key', async () => {
  const cloud = await startCloud();
  const client = newClient(cloud);
  const get = (WithDecryption: boolean) => client.send(new GetParameterCommand({ Name: '/s', WithDecryption }));
  cloud.putParameter({ name: '/s', value: 'clear', type: 'SecureString' });
  expect((await get(true)).Parameter?.Value).toBe('clear');
  expect((await get(false)).Parameter?.Value).not.toContain('clear');
  cloud.putParameter({ name: '/s', value: 'clear', type: 'SecureString', key: 'denied' });
  await expect(get(true)).rejects.toMatchObject({ name: 'AccessDeniedException' });
});

test('what is larger than a parameter, is no name or no action here is refused', async () => {
  const cloud = await startCloud();
  const client = newClient(cloud);
  expect(() => cloud.putParameter({ name: '/large', value: 'x'.repeat(8193) })).toThrow(/8193 bytes/);
  await expect(client.send(new GetParameterCommand({ Name: 'a b' }))).rejects.toMatchObject({
    name: 'ValidationException',
  });
  await expect(client.send(new PutParameterCommand({ Name: '/a', Value: 'b', Type: 'String' }))).rejects.toMatchObject({
    name: 'UnknownOperationException',
  });
});

test('a role that is held to a policy reads what that allows', async () => {
  const cloud = await startCloud();
  const arn = 'arn:aws:ssm:us-east-1:123456789012:parameter/rules';
  cloud.holdTo('reader', [{ Effect: 'Allow', Action: 'ssm:GetParameter', Resource: arn }]);
  for (const name of ['/rules', '/other']) cloud.putParameter({ name, value: 'value' });
  const credentials = cloud.as({ kind: 'role', roleName: 'reader', sessionName: 'test' });
  const client = new SSMClient({ endpoint: cloud.endpoint, region: cloud.region, credentials, maxAttempts: 1 });
  endAfterTest(async () => client.destroy());
  expect((await client.send(new GetParameterCommand({ Name: '/rules' }))).Parameter?.Value).toBe('value');
  await expect(client.send(new GetParameterCommand({ Name: '/other' }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringContaining(
      'ssm:GetParameter on resource: arn:aws:ssm:us-east-1:123456789012:parameter/other',
    ) as string,
  });
});
