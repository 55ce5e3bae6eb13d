import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSettings } from '../../../infra/aws/settings.ts';
import { Fault } from '../../../shared/fault.ts';
import { formatProblems, parseConfig } from '../../../shared/config/parse.ts';

const RULES = `
version: 1
owner: soc
formerOwners: [security]
destinations:
  sensor: { cloud: aws, region: us-east-1, target: tmt-0a45c694b91bcea54, filter: tmf-010db9a7d8056cc2d, sessionNumber: 100 }
rules:
  - { name: all, when: { tag: mirror }, mirror: [sensor] }
`;

const SMALL = `
account: '123456789012'
region: us-east-1
rules: tapkeeper.yaml
`;

let folder: string;
let path: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapkeeper-settings-'));
  path = join(folder, 'tapkeeper.aws.yaml');
  mkdirSync(join(folder, 'elsewhere'));
});

afterAll(() => rmSync(folder, { recursive: true }));

interface Given {
  readonly settings?: string;
  readonly rules?: string | null;
  readonly mode?: string | null;
}

function load({ settings = SMALL, rules = RULES, mode = null }: Given = {}) {
  writeFileSync(path, settings);
  rmSync(join(folder, 'tapkeeper.yaml'), { force: true });
  if (rules !== null) writeFileSync(join(folder, 'tapkeeper.yaml'), rules);
  return loadSettings(path, mode);
}

/** What is said against it, with the paths as they are relative to the folder. */
function refusal(given: Given): string {
  try {
    load(given);
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    expect(thrown.code).toBe('config-invalid');
    return thrown.message.replaceAll(`${folder}/`, '');
  }
  throw new Error('it was not refused');
}

const problems = (more: string, without = ''): readonly string[] =>
  refusal({ settings: `${SMALL.replace(without, '')}${more}` })
    .split('\n')
    .slice(1);

describe('settings', () => {
  test('say little, and have a default for the rest', () => {
    expect(load()).toEqual({
      warnings: [],
      settings: {
        account: '123456789012',
        region: 'us-east-1',
        owner: 'soc',
        formerOwners: ['security'],
        rules: { kind: 'file', path: join(folder, 'tapkeeper.yaml') },
        rulesKey: null,
        mode: 'observe',
        scopes: [{ cloud: 'aws', account: '123456789012', region: 'us-east-1' }],
        sweepMinutes: 15,
        launchHooks: 'left',
        members: null,
        notify: null,
        logRetentionDays: 30,
        destination: null,
      },
    });
  });

  test('can say all of it', () => {
    const { settings, warnings } = loadSettings('infra/aws/tapkeeper.aws.example.yaml', null);
    expect(settings).toMatchObject({
      owner: 'soc',
      formerOwners: ['security'],
      rules: { kind: 'file', path: 'tapkeeper.example.yaml' },
      mode: 'observe',
      launchHooks: 'completed',
      members: { externalId: 'soc-7', organization: 'o-a1b2c3d4e5' },
      notify: { kind: 'email', address: 'soc@example.com' },
    });
    expect(settings.scopes.map(({ account, region }) => `${account}:${region}`)).toEqual([
      '123456789012:us-east-1',
      '123456789012:eu-west-1',
      '210987654321:us-east-1',
    ]);
    expect(settings.destination).toMatchObject({ vpc: 'vpc-0123456789abcdef0', entry: { kind: 'load-balancer' } });
    expect(warnings.every((warning) => warning.startsWith('tapkeeper.example.yaml:'))).toBe(true);
  });

  test('name every key that there is in the example', async () => {
    const { SettingsSchema } = await import('../../../infra/aws/settings/schema.ts');
    const { toJsonSchema } = await import('@valibot/to-json-schema');
    const example = readFileSync('infra/aws/tapkeeper.aws.example.yaml', 'utf8');
    const { properties = {} } = toJsonSchema(SettingsSchema, { errorMode: 'ignore' });
    const keys = Object.keys(properties);
    expect(keys.length).toBeGreaterThan(10);
    // Of rules that are elsewhere than there.
    const missing = keys.filter((key) => !new RegExp(`^${key}:`, 'm').test(example));
    expect(missing).toEqual(['rulesKey', 'owner', 'formerOwners']);
  });

  test('have their mode overridden by the command line', () => {
    expect(load({ mode: 'paused' }).settings.mode).toBe('paused');
    expect(load({ settings: `${SMALL}mode: enforce` }).settings.mode).toBe('enforce');
    expect(refusal({ mode: 'pause' })).toBe('-c mode=pause: there is no such mode; write observe, enforce, paused');
  });

  test('tell a topic of their region', () => {
    const topic = 'arn:aws:sns:us-east-1:123456789012:security';
    expect(load({ settings: `${SMALL}alarms: { topic: '${topic}' }` }).settings.notify).toEqual({
      kind: 'topic',
      arn: topic,
    });
  });
});

describe('the rules', () => {
  test('are read from where the settings are, and not from where one stands', () => {
    writeFileSync(join(folder, 'elsewhere', 'rules.yaml'), RULES.replace('owner: soc', 'owner: lab'));
    const { settings } = load({ settings: SMALL.replace('tapkeeper.yaml', 'elsewhere/rules.yaml'), rules: null });
    expect(settings.owner).toBe('lab');
    const absolute = join(folder, 'elsewhere', 'rules.yaml');
    expect(load({ settings: SMALL.replace('tapkeeper.yaml', absolute) }).settings.rules).toEqual({
      kind: 'file',
      path: absolute,
    });
  });

  test('must be there', () => {
    const said = refusal({ rules: null });
    expect(said).toMatch(/^reading the rules file tapkeeper\.yaml: ENOENT/);
    expect(said).toMatch(/without rules there is nothing to deploy; begin with a copy of tapkeeper\.example\.yaml$/);
  });

  test('are refused with the lines that validate prints', () => {
    const wrong = RULES.replace('mirror: [sensor]', 'mirror: [sensr]').replace('owner: soc', 'owner: SOC\nslot: 2');
    const parsed = parseConfig(wrong);
    if (parsed.kind === 'valid') throw new Error('the rules should not be valid');
    expect(parsed.problems.length).toBe(3);
    expect(refusal({ rules: wrong })).toBe(
      `tapkeeper.yaml is not valid, so nothing is deployed:\n${formatProblems('tapkeeper.yaml', parsed.problems)}`,
    );
  });

  test('warn of a destination in a region that nobody keeps, and only then', () => {
    const elsewhere = RULES.replace('us-east-1', 'eu-west-1');
    expect(load({ rules: elsewhere }).warnings.map((line) => line.replaceAll(`${folder}/`, ''))).toEqual([
      'tapkeeper.yaml: warning: destination sensor is in eu-west-1, and no scope is: nothing is mirrored to it; list account:eu-west-1 in `scopes`',
    ]);
    const scopes = `scopes: ['123456789012:us-east-1', '123456789012:eu-west-1']`;
    expect(load({ settings: `${SMALL}${scopes}`, rules: elsewhere }).warnings).toEqual([]);
  });

  test.each([
    ['s3://bucket/rules/tapkeeper.yaml', { kind: 'object', bucket: 'bucket', key: 'rules/tapkeeper.yaml' }],
    ['ssm:/soc/tapkeeper', { kind: 'parameter', name: '/soc/tapkeeper' }],
  ])('elsewhere (%s) are taken at the word of the settings', (rules, place) => {
    const settings = `${SMALL.replace('tapkeeper.yaml', rules)}owner: soc\nformerOwners: [lab]`;
    expect(load({ settings, rules: null }).settings).toMatchObject({
      rules: place,
      owner: 'soc',
      formerOwners: ['lab'],
    });
  });

  test('elsewhere leave the owner to be said, once', () => {
    const elsewhere = SMALL.replace('tapkeeper.yaml', 's3://bucket/rules.yaml');
    expect(refusal({ settings: elsewhere })).toMatch(
      /`owner` is missing: names are made of it, and s3:\/\/bucket\/rules\.yaml is not read from here/,
    );
    expect(refusal({ settings: `${elsewhere}owner: soc\nformerOwners: [soc]` })).toMatch(
      /must be another than `owner`/,
    );
    const key = 'arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab';
    expect(load({ settings: `${elsewhere}owner: soc\nrulesKey: ${key}`, rules: null }).settings.rulesKey).toBe(key);
    expect(refusal({ settings: `${elsewhere}owner: soc\nrulesKey: alias/soc` })).toMatch(
      /`rulesKey` must be a KMS key's ARN, as arn:aws:kms/,
    );
    expect(problems(`rulesKey: ${key}`)).toEqual([
      'tapkeeper.aws.yaml:5:1: error: `rulesKey` is of rules in a bucket or a parameter; leave it out here (at rulesKey)',
    ]);
    expect(problems('owner: soc\nformerOwners: [lab]')).toEqual([
      'tapkeeper.aws.yaml:5:1: error: `owner` is read from tapkeeper.yaml; leave it out here (at owner)',
      'tapkeeper.aws.yaml:6:1: error: `formerOwners` is read from tapkeeper.yaml; leave it out here (at formerOwners)',
    ]);
  });
});

const scopesOf = (count: number): string =>
  Array.from({ length: count }, (_, index) => `'${210_000_000_000 + index}:us-east-1'`).join(', ');

test('hundreds of accounts are kept where they are of an organization', () => {
  const accountsWith = (count: number, members: string) =>
    load({ settings: `${SMALL}scopes: [${scopesOf(count)}]\nmembers: ${members}` }).settings.scopes.length;
  expect(accountsWith(1000, '{ externalId: so, organization: o-a1b2c3d4e5 }')).toBe(1000);
  expect(accountsWith(60, '{ externalId: so }')).toBe(60);
});

describe('settings are refused', () => {
  test('all at once, with the line and what is right', () => {
    expect(problems('mode: on\nsweepMinute: 3\nlogRetentionDays: 31', "account: '123456789012'\n")).toEqual([
      'tapkeeper.aws.yaml:2:1: error: `account` is missing: the account to deploy to, as "123456789012" (at account)',
      'tapkeeper.aws.yaml:4:7: error: `mode` must be `observe` or `enforce` or `paused`, not "on" (at mode)',
      'tapkeeper.aws.yaml:5:1: error: unknown key `sweepMinute`; did you mean `sweepMinutes`? (at sweepMinute)',
      expect.stringMatching(/^tapkeeper\.aws\.yaml:6:19: error: `logRetentionDays` must be one of 1, 3, 5, .*, not 31/),
    ]);
  });

  test.each<readonly [string, string, RegExp]>([
    ['no rules', '', /`rules` is missing: .*without rules there is nothing to deploy/],
    ['rules of another kind', 'rules: https://example.com/rules.yaml', /`rules` must be a path, s3:.*or ssm:/],
    ['a parameter without its slash', 'rules: ssm:tapkeeper\nowner: soc', /`rules` must be a path, s3:.*or ssm:/],
  ])('%s', (_, more, said) => {
    expect(problems(more, 'rules: tapkeeper.yaml\n').join('\n')).toMatch(said);
  });

  test.each<readonly [string, string, RegExp]>([
    [
      'a scope of another shape',
      'scopes: [us-east-1]',
      /`scopes\[0\]` must be account:region, as "1234.*not "us-east-1"/,
    ],
    ['no scope at all', 'scopes: []', /`scopes` must be a list of scopes.*, not empty/],
    [
      'more scopes than two processes sweep in time',
      `scopes: [${scopesOf(1001)}]`,
      /`scopes` must have at most 1000 scopes, not 1001; deploy another owner for the rest/,
    ],
    [
      'more accounts than a policy can name, of no organization',
      `scopes: [${scopesOf(61)}]\nmembers: { externalId: so }`,
      /5:9: error: `scopes` has 61 other accounts, and IAM's policies have room for 60 by name; write the `organization` in `members` if they are of one, or deploy another owner for the rest/,
    ],
    ['a scope twice', "scopes: ['123456789012:us-east-1', '123456789012:us-east-1']", /is listed twice; keep one/],
    [
      'another account without members',
      "scopes: ['123456789012:us-east-1', '210987654321:us-east-1']",
      /5:36: error: `210987654321:us-east-1` is of another account than 123456789012.*write `members: \{ externalId: … \}`/,
    ],
    [
      'members without another account',
      'members: { externalId: soc-7 }',
      /no scope is of another account; leave `members` out/,
    ],
    [
      'members without a word',
      'members: {}',
      /`externalId` is missing: a word that the role of the other accounts asks for/,
    ],
    ['an external id with spaces', 'members: { externalId: so c }', /`externalId` must be 2 to 1224 letters/],
    [
      'an organization of another shape',
      'members: { externalId: so, organization: ou-1 }',
      /must be an organization .*as o-/,
    ],
    ['nobody to tell', 'alarms: {}', /must have either `email` or `topic`/],
    [
      'two to tell',
      'alarms: { email: a@b.cd, topic: "arn:aws:sns:us-east-1:123456789012:t" }',
      /either `email` or `topic`/,
    ],
    ['no address', 'alarms: { email: soc }', /`email` must be an address/],
    [
      "another region's topic",
      'alarms: { topic: "arn:aws:sns:eu-west-1:123456789012:t" }',
      /`topic` must be a topic in us-east-1, where the alarms are/,
    ],
    ['sweeps all the time', 'sweepMinutes: 1', /`sweepMinutes` must be a whole number from 5 to 1440, not 1/],
    ['launch hooks as text', 'launchHooks: yes', /`launchHooks` must be `true` or `false`, not "yes"/],
    [
      'a destination without its network',
      'destination: { networkInterface: eni-0123456789abcdef0 }',
      /`vpc` is missing/,
    ],
  ])('%s', (_, more, said) => {
    expect(problems(more).join('\n')).toMatch(said);
  });

  test('a region that is none, and an account that lost its zeros', () => {
    expect(refusal({ settings: SMALL.replace('us-east-1', 'us-east') })).toMatch(
      /`region` must be a region, as us-east-1/,
    );
    expect(refusal({ settings: SMALL.replace("'123456789012'", '012345678901') })).toMatch(
      /`account` must be text, .* write it in quotes: "012345678901"/,
    );
  });

  test('what is no settings file at all', () => {
    expect(refusal({ settings: '' })).toMatch(
      /the file is empty; a settings file is a map that begins with `account: …`, `region: …` and `rules: …`/,
    );
    const missing = join(folder, 'none.yaml');
    expect(() => loadSettings(missing, null)).toThrow(
      /none\.yaml: ENOENT.*copy of infra\/aws\/tapkeeper\.aws\.example\.yaml/,
    );
  });
});
