import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { printSnapshot } from '../../cli/snapshot-file.ts';
import { startAwsCloud, type AwsCloud } from '../../local/aws/aws-cloud.ts';
import { toInstant } from '../../shared/ids.ts';
import { toWorld } from '../world.ts';
import { fileOf, type Ran, run, RULES } from './run.ts';

let aws: AwsCloud;

beforeAll(async () => {
  aws = await startAwsCloud({ port: 0, settleMs: 1 });
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'operator');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not-checked');
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'not-checked' };
  const s3 = new S3Client({ endpoint: aws.s3Endpoint, region: aws.region, credentials, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'rules' }));
  await s3.send(new PutObjectCommand({ Bucket: 'rules', Key: 'tapkeeper.yaml', Body: RULES }));
  s3.destroy();
  aws.putParameter({ name: '/tapkeeper/rules', value: RULES, type: 'SecureString' });
  aws.putParameter({ name: '/tapkeeper/wrong', value: 'version: 1\nowner: SOC!\n', type: 'SecureString' });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await aws.stop();
});

const tapkeeper = (...typed: readonly string[]): Promise<Ran> =>
  run(typed, {
    env: {
      AWS_REGION: aws.region,
      AWS_ENDPOINT_URL_S3: aws.s3Endpoint,
      AWS_ENDPOINT_URL_SSM: aws.endpoint,
    },
  });

test.each(['s3://rules/tapkeeper.yaml', 'ssm:/tapkeeper/rules'])('validate reads %s', async (place) => {
  const { code, out, err } = await tapkeeper('validate', place);
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain(' is valid: 1 rules, 1 destinations');
});

test('a person who may decrypt is told all that is wrong', async () => {
  const { code, out } = await tapkeeper('validate', 'ssm:/tapkeeper/wrong');
  expect(code).toBe(1);
  expect(out).toMatch(/^ssm:\/tapkeeper\/wrong:2:8: error: .*SOC!/);
});

test('plan plans by them', async () => {
  const worlds = [toWorld({ machines: [{ id: 'i-1', tags: { mirror: 'soc' }, type: 'm6i.large' }] })];
  const snapshot = fileOf(printSnapshot({ version: 1, takenAt: toInstant(0), worlds }), 'fleet.json');
  const here = await tapkeeper('plan', '--json', '--rules', fileOf(RULES), '--from', snapshot);
  const there = await tapkeeper('plan', '--json', '--rules', 's3://rules/tapkeeper.yaml', '--from', snapshot);
  expect(there).toEqual(here);
});

test.each([
  ['s3://rules/missing.yaml', /GetObject of the rules at s3:\/\/rules\/missing\.yaml: NoSuchKey/],
  ['ssm:/missing', /GetParameter of the rules at ssm:\/missing: ParameterNotFound/],
  ['gs://rules/tapkeeper.yaml', /write the path of a file, s3:\/\/bucket\/key, ssm:\/parameter\/name or https:/],
  [
    'ftp://alice:s3cret@example.org/rules.yaml?sig=s3cret',
    /at "ftp:\/\/…@example\.org\/rules\.yaml\?…": rules are at no such place/,
  ],
  ['https://example.org/rules.yaml', /write the path of a file, or https:\/\/<account>\.blob/],
])('plan by %s says what is wrong', async (place, words) => {
  const { code, err } = await tapkeeper('plan', '--rules', place, '--scope', '123456789012:us-east-1');
  expect(code).toBe(1);
  expect(err).toMatch(words);
  expect(err).not.toContain('s3cret');
});

test('without a region says which setting it is told by', async () => {
  vi.stubEnv('AWS_REGION', undefined);
  vi.stubEnv('AWS_DEFAULT_REGION', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
  const { code, err } = await run(['validate', 'ssm:/tapkeeper/rules'], {
    env: { AWS_ENDPOINT_URL_SSM: aws.endpoint },
  });
  expect(code).toBe(1);
  expect(err).toMatch(/config-invalid.*ssm:\/tapkeeper\/rules: Region is missing; set AWS_REGION/);
});

test('of a blob asks as the person who is signed in', async () => {
  vi.stubEnv('AZURE_TOKEN_CREDENTIALS', 'EnvironmentCredential');
  const blob = 'https://account.blob.core.windows.net/rules/tapkeeper.yaml';
  const { code, err } = await run(['validate', blob], { env: {} });
  expect(code).toBe(1);
  expect(err).toMatch(/denied.*getting a token for storage: AggregateAuthenticationError; sign in/);
});
