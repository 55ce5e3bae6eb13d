import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compose } from '../../../lambdas/compose.ts';
import { objectPlace } from '../../../lambdas/rules/s3.ts';
import { parameterPlace } from '../../../lambdas/rules/ssm.ts';
import { startAwsCloud, type AwsCloud } from '../../../local/aws/aws-cloud.ts';
import type { RulesSource } from '../../../shared/ports.ts';
import { ASKED_EVERY_MS, MOST_BYTES } from '../../../shared/rules-source.ts';
import { type Front, startFront } from '../front.ts';

const CREDENTIALS = { accessKeyId: 'a', secretAccessKey: 'b' };
const AT = 's3://rules/soc/tapkeeper.yaml';
const toRules = (owner: string): string => `version: 1\nowner: ${owner}\n`;

let local: AwsCloud;
let front: Front;
let person: S3Client;
let nowMs: number;

beforeAll(async () => {
  local = await startAwsCloud({ port: 0, settleMs: 0 });
  person = new S3Client({
    endpoint: local.s3Endpoint,
    region: local.region,
    credentials: CREDENTIALS,
    forcePathStyle: true,
  });
  await person.send(new CreateBucketCommand({ Bucket: 'rules' }));
});
afterAll(async () => {
  person.destroy();
  await local.stop();
});
beforeEach(async () => {
  nowMs = 0;
  front = await startFront(local.s3Endpoint);
});
afterEach(() => front.stop());

/** The rules as a Lambda that is told of the place has them; they are asked for each time. */
function rulesOf(place: string, more: Readonly<Record<string, string>> = {}): RulesSource {
  const env = {
    AWS_REGION: local.region,
    AWS_ENDPOINT_URL_S3: front.endpoint,
    AWS_ENDPOINT_URL_SSM: local.endpoint,
    TAPKEEPER_SCOPES: `${local.account}:${local.region}`,
    TAPKEEPER_RULES: place,
    ...more,
  };
  const { rules } = compose(env, { credentials: CREDENTIALS, clock: { now: () => (nowMs += ASKED_EVERY_MS) } });
  return rules;
}

const put = (Body: string | Uint8Array<ArrayBuffer>, Key = 'soc/tapkeeper.yaml') =>
  person.send(new PutObjectCommand({ Bucket: 'rules', Key, Body: Buffer.from(Body) }));

/** What loading was refused with. */
const refusalOf = (rules: RulesSource): Promise<unknown> =>
  rules.load().then(
    () => Promise.reject(new Error('it was not refused')),
    (thrown: unknown) => thrown,
  );

const escaped = (word: string): string => word.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);

/** A fault whose message holds these words in this order. */
const saying = (code: string, ...words: readonly string[]) => ({
  code,
  message: expect.stringMatching(new RegExp(words.map(escaped).join('.*'), 's')) as string,
});

const toXml = (code: string, message: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;

describe('rules in S3', () => {
  test('are sent once, and again when they have changed', async () => {
    await put(toRules('soc'));
    const rules = rulesOf(AT);
    const first = await rules.load();
    expect(first.config.owner).toBe('soc');
    expect(await rules.load()).toBe(first);
    await put(toRules('noc'));
    expect((await rules.load()).config.owner).toBe('noc');
    expect(front.passed.map(({ status, bytes }) => [status, bytes])).toEqual([
      [200, toRules('soc').length],
      [304, 0],
      [200, toRules('noc').length],
    ]);
  });

  test('that become invalid are refused with what is wrong, and sent only once', async () => {
    await put(toRules('soc'));
    const rules = rulesOf(AT);
    await rules.load();
    await put('version: 1\nowner: SOC!\n');
    expect(await refusalOf(rules)).toMatchObject(saying('config-invalid', `${AT}:2:`));
    expect(await refusalOf(rules)).toMatchObject(saying('config-invalid', `${AT}:2:`));
    expect(front.passed.map(({ status }) => status)).toEqual([200, 200, 304]);
  });

  test('that are deleted are no empty set of rules, nor the ones before', async () => {
    await put(toRules('soc'), 'gone.yaml');
    const rules = rulesOf('s3://rules/gone.yaml');
    await rules.load();
    await person.send(new DeleteObjectCommand({ Bucket: 'rules', Key: 'gone.yaml' }));
    expect(await refusalOf(rules)).toMatchObject(
      saying('config-invalid', 'GetObject of the rules at s3://rules/gone.yaml', 'NoSuchKey', 'put the rules there'),
    );
  });

  test('in a bucket that does not exist', async () => {
    expect(await refusalOf(rulesOf('s3://nowhere/key'))).toMatchObject(
      saying('config-invalid', 's3://nowhere/key', 'there is no such bucket'),
    );
  });

  test('that are no YAML, no text, empty or too large are refused', async () => {
    const rules = rulesOf(AT);
    await put('rules: [');
    expect(await refusalOf(rules)).toMatchObject(saying('config-invalid', `${AT}:1:`));
    await put(new Uint8Array([0x1f, 0x8b, 8]));
    expect(await refusalOf(rules)).toMatchObject(saying('config-invalid', AT, 'no text in UTF-8'));
    await put('');
    expect(await refusalOf(rules)).toMatchObject(saying('config-invalid', AT));
    await put(new Uint8Array(MOST_BYTES + 1).fill(0x20));
    expect(await refusalOf(rules)).toMatchObject(saying('config-invalid', AT, `larger than ${MOST_BYTES} bytes`));
    await put(`\uFEFF${toRules('soc')}${' '.repeat(900_000)}`);
    expect((await rules.load()).config.owner).toBe('soc');
  });

  test('that may not be read name the permission, and the key where that is what is missing', async () => {
    const rules = rulesOf(AT);
    front.answer(() => ({ status: 403, body: toXml('AccessDenied', 'Access Denied') }));
    expect(await refusalOf(rules)).toMatchObject(
      saying('config-invalid', 'denied (AccessDenied)', `allow s3:GetObject on ${AT}`, 'no such object', 'kms:Decrypt'),
    );
    const key = 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    const said = `User: arn:aws:sts::123456789012:assumed-role/tapkeeper-soc/alice is not authorized to perform: kms:Decrypt on resource: ${key} because no identity-based policy allows the kms:Decrypt action`;
    front.answer(() => ({ status: 403, body: toXml('AccessDenied', said) }));
    const refused = await refusalOf(rules);
    expect(refused).toMatchObject(saying('config-invalid', `allow kms:Decrypt on ${key}`));
    expect((refused as Error).message).not.toContain('alice');
    front.answer(() => ({ status: 400, body: toXml('KMS.DisabledException', 'The key is disabled.') }));
    expect(await refusalOf(rules)).toMatchObject(saying('config-invalid', 'KMS.DisabledException', 'enable that key'));
  });

  test('whose credentials were not accepted', async () => {
    front.answer(() => ({ status: 403, body: toXml('InvalidAccessKeyId', 'The key does not exist in our records.') }));
    expect(await refusalOf(rulesOf(AT))).toMatchObject(saying('denied', 'InvalidAccessKeyId', 'new credentials'));
  });

  test('that nobody answers for are asked for again, and are never the ones before', async () => {
    await put(toRules('soc'));
    const rules = rulesOf(AT);
    const known = await rules.load();
    await front.stop();
    expect(await refusalOf(rules)).toMatchObject(saying('unreachable', AT, 'it is tried again'));
    const port = Number(new URL(front.endpoint).port);
    front = await startFront(local.s3Endpoint, port);
    expect(await rules.load()).toBe(known);
    expect(front.passed.map(({ status }) => status)).toEqual([304]);
  });

  test('in a bucket of another region are asked for there, in the same partition', async () => {
    await put(toRules('soc'));
    front.answer(({ authorization = '' }) =>
      authorization.includes('/us-gov-west-1/s3/')
        ? null
        : {
            status: 301,
            headers: { 'x-amz-bucket-region': 'us-gov-west-1' },
            body: toXml('PermanentRedirect', 'Use the specified endpoint.'),
          },
    );
    const rules = rulesOf(AT, { AWS_REGION: 'us-gov-east-1', TAPKEEPER_SCOPES: '123456789012:us-gov-east-1' });
    expect((await rules.load()).config.owner).toBe('soc');
    expect(front.passed.map(({ status }) => status)).toEqual([301, 200]);
    expect((await rules.load()).config.owner).toBe('soc');
    expect(front.passed.map(({ status }) => status)).toEqual([301, 200, 301, 304]);
  });

  test('in a bucket of another region that is not named are refused', async () => {
    front.answer(() => ({ status: 301, body: toXml('PermanentRedirect', 'Use the specified endpoint.') }));
    expect(await refusalOf(rulesOf(AT))).toMatchObject(saying('config-invalid', 'another region'));
  });
});

describe('rules in a parameter', () => {
  const NAME = '/tapkeeper/rules';
  const PLACE = `ssm:${NAME}`;

  test('are those of its latest version', async () => {
    local.putParameter({ name: NAME, value: toRules('soc') });
    const rules = rulesOf(PLACE);
    const first = await rules.load();
    expect(first.config.owner).toBe('soc');
    expect(await rules.load()).toBe(first);
    local.putParameter({ name: NAME, value: toRules('noc') });
    expect((await rules.load()).config.owner).toBe('noc');
  });

  test('are not taken for those of one that was deleted and made anew under the same version', async () => {
    local.putParameter({ name: '/anew', value: toRules('soc') });
    const rules = rulesOf('ssm:/anew');
    await rules.load();
    local.deleteParameter('/anew');
    expect(await refusalOf(rules)).toMatchObject(saying('config-invalid', 'ssm:/anew', 'ParameterNotFound'));
    local.putParameter({ name: '/anew', value: toRules('noc') });
    expect((await rules.load()).config.owner).toBe('noc');
  });

  test('that are encrypted are decrypted, and nothing of them is told', async () => {
    local.putParameter({ name: '/secret', value: toRules('soc'), type: 'SecureString' });
    const rules = rulesOf('ssm:/secret');
    expect((await rules.load()).config.owner).toBe('soc');
    local.putParameter({ name: '/secret', value: 'password: hunter2\n', type: 'SecureString' });
    const refused = await refusalOf(rules);
    expect(refused).toMatchObject(saying('config-invalid', 'ssm:/secret is encrypted', 'validate ssm:/secret'));
    expect((refused as Error).message).not.toMatch(/password|hunter2/);
  });

  test('whose key may not be used, or is disabled', async () => {
    local.putParameter({ name: '/secret', value: toRules('soc'), type: 'SecureString', key: 'denied' });
    expect(await refusalOf(rulesOf('ssm:/secret'))).toMatchObject(
      saying('config-invalid', 'denied (AccessDeniedException)', 'kms:Decrypt on the key'),
    );
    local.putParameter({ name: '/secret', value: toRules('soc'), type: 'SecureString', key: 'disabled' });
    expect(await refusalOf(rulesOf('ssm:/secret'))).toMatchObject(saying('config-invalid', 'InvalidKeyId', 'enable'));
  });

  test('that may not be read name the permission and the parameter', async () => {
    local.deny('GetParameter');
    expect(await refusalOf(rulesOf(PLACE))).toMatchObject(
      saying(
        'config-invalid',
        'allow ssm:GetParameter on arn:aws:ssm:us-east-1:123456789012:parameter/tapkeeper/rules',
      ),
    );
    local.allow('GetParameter');
  });

  test('that are no rules are refused', async () => {
    local.putParameter({ name: '/wrong', value: 'rules: [' });
    expect(await refusalOf(rulesOf('ssm:/wrong'))).toMatchObject(saying('config-invalid', 'ssm:/wrong:1:'));
  });
});

describe('a storm of calls', () => {
  // The clients of the product wait for seconds between their attempts before they throw the same.
  const config = { region: 'us-east-1', credentials: CREDENTIALS, maxAttempts: 1 };

  test('of S3 is told as what it is', async () => {
    front.answer(() => ({ status: 503, body: toXml('SlowDown', 'Please reduce your request rate.') }));
    const client = new S3Client({ ...config, endpoint: front.endpoint });
    const place = objectPlace({ bucket: 'rules', key: 'key' }, async ({ bucket, key }) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return { tag: null, body: Body as AsyncIterable<Uint8Array> };
    });
    await expect(place.read(null)).rejects.toMatchObject(
      saying('throttled', 's3://rules/key', 'SlowDown', 'it is tried again'),
    );
    client.destroy();
  });

  test('of Parameter Store is told as what it is', async () => {
    local.fail('GetParameter', { code: 'ThrottlingException', message: 'Rate exceeded', times: 1 });
    const client = new SSMClient({ ...config, endpoint: local.endpoint });
    const place = parameterPlace('/rules', async (Name) => {
      await client.send(new GetParameterCommand({ Name }));
      return { value: null, type: null };
    });
    await expect(place.read(null)).rejects.toMatchObject(
      saying('throttled', 'ssm:/rules', 'ThrottlingException', 'it is tried again'),
    );
    client.destroy();
  });
});

test('a place of another kind is refused when the process is composed', () => {
  expect(() => rulesOf('https://account.blob.core.windows.net/rules/tapkeeper.yaml')).toThrow(
    /reading the rules at "https:.*write the path of a file, s3:\/\/bucket\/key or ssm:\/parameter\/name/,
  );
});
