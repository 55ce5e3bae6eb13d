import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { printSnapshot } from '../../cli/snapshot-file.ts';
import { startAwsCloud, type AwsCloud } from '../../local/aws/aws-cloud.ts';
import { startStorage, type Storage } from '../../local/azure/storage.ts';
import { toInstant } from '../../shared/ids.ts';
import { toWorld } from '../world.ts';
import { fileOf, type Ran, run, RULES } from './run.ts';

let aws: AwsCloud;
let storage: Storage;
let blob: string;

beforeAll(async () => {
  [aws, storage] = await Promise.all([startAwsCloud({ port: 0, settleMs: 1 }), startStorage()]);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'operator');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not-checked');
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'not-checked' };
  const s3 = new S3Client({ endpoint: aws.s3Endpoint, region: aws.region, credentials, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'rules' }));
  await s3.send(new PutObjectCommand({ Bucket: 'rules', Key: 'tapkeeper.yaml', Body: RULES }));
  s3.destroy();
  aws.putParameter({ name: '/tapkeeper/rules', value: RULES, type: 'SecureString' });
  aws.putParameter({ name: '/tapkeeper/wrong', value: 'version: 1\nowner: SOC!\n', type: 'SecureString' });
  const container = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient('rules');
  await container.create();
  await container.getBlockBlobClient('tapkeeper.yaml').uploadData(Buffer.from(RULES));
  blob = `${container.url}/tapkeeper.yaml`;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await Promise.all([aws.stop(), storage.stop()]);
});

const tapkeeper = (...typed: readonly string[]): Promise<Ran> =>
  run(typed, {
    env: {
      AWS_REGION: aws.region,
      AWS_ENDPOINT_URL_S3: aws.s3Endpoint,
      AWS_ENDPOINT_URL_SSM: aws.endpoint,
      AzureWebJobsStorage: storage.connectionString,
    },
  });

test.each(['s3://rules/tapkeeper.yaml', 'ssm:/tapkeeper/rules', 'blob'])('validate reads %s', async (place) => {
  const { code, out, err } = await tapkeeper('validate', place === 'blob' ? blob : place);
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
  ['gs://rules/tapkeeper.yaml', /name a file, s3:\/\/bucket\/key, ssm:\/parameter\/name or https:/],
  ['https://example.org/rules.yaml', /write the path of a file, or https:\/\/<account>\.blob/],
])('plan by %s says what is wrong', async (place, words) => {
  const { code, err } = await tapkeeper('plan', '--rules', place, '--scope', '123456789012:us-east-1');
  expect(code).toBe(1);
  expect(err).toMatch(words);
});
