import { readdirSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import { newApp } from '../../../../infra/aws/new-app.ts';
import type { MemberDefaults } from '../../../../infra/aws/member/member-parameters.ts';
import { memberStack } from '../../../../infra/aws/member/member-stack.ts';
import { namesOf } from '../../../../infra/aws/names.ts';
import { memberStatements } from '../../../../infra/aws/policies.ts';
import { patterns } from '../../../../lambdas/event-bridge.ts';
import { compilePattern } from '../../../../local/aws/pattern.ts';
import type { Owner } from '../../../../shared/words.ts';
import { payload } from '../../../lambdas/samples.ts';
import { deploy, type Deployment } from '../deployed.ts';
import type { Json } from '../template.ts';

const CENTRAL = '123456789012';
const MEMBER = '210987654321';
const DEFAULTS: MemberDefaults = {
  owner: 'soc' as Owner,
  formerOwners: ['security' as Owner],
  account: CENTRAL,
  region: 'us-east-1',
  externalId: 'a-long-random-text',
  memberRegions: ['eu-west-1', 'us-east-1'],
  launchHooks: 'completed',
};
const names = namesOf(DEFAULTS.owner);

const templateFor = (defaults: MemberDefaults | null): Template =>
  Template.fromStack(memberStack(newApp({}), 'tapkeeper-member', defaults));

let template: Json;
let withoutDefaults: Json;

beforeAll(() => {
  template = templateFor(DEFAULTS).toJSON();
  withoutDefaults = templateFor(null).toJSON();
});

const inMember = (region: string, given: Readonly<Record<string, string>> = {}): Deployment =>
  deploy(template, { account: MEMBER, region }, given);

const rulesOf = (deployment: Deployment): readonly Json[] => deployment.propertiesOf('AWS::Events::Rule');
const nameOf = (rule: Json): string => String(rule['Name']);
const roleOf = (deployment: Deployment): Json | undefined =>
  deployment.propertiesOf('AWS::IAM::Role').find((one) => one['RoleName'] === names.memberRole);

type Statement = Readonly<Record<'Sid' | 'Effect' | 'Action' | 'Resource' | 'Principal' | 'Condition', unknown>>;
const toList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

function statementsOf(deployment: Deployment): readonly Statement[] {
  const ofRole = (roleOf(deployment)?.['Policies'] ?? []) as readonly Json[];
  return [...ofRole, ...deployment.propertiesOf('AWS::IAM::Policy')].flatMap(
    (policy) => (policy['PolicyDocument'] as { readonly Statement: readonly Statement[] }).Statement,
  );
}

describe('the template for members', () => {
  test('is plain CloudFormation: no bootstrap, no assets, no transform, nothing of the toolkit', () => {
    expect(Object.keys(template).sort()).toEqual(['Conditions', 'Description', 'Parameters', 'Resources']);
    const text = JSON.stringify(template);
    for (const word of ['Bootstrap', 'cdk', 'CDK', 'AWS::SSM', 'Fn::ImportValue']) expect(text).not.toContain(word);
    expect(Buffer.byteLength(text)).toBeLessThan(51_200);
  });

  test('says of each parameter what it is, and what it may be', () => {
    for (const [name, parameter] of Object.entries(withoutDefaults['Parameters'] as Readonly<Record<string, Json>>)) {
      expect(parameter['Type'], name).toMatch(/^(String|CommaDelimitedList)$/);
      expect(String(parameter['Description']), name).toMatch(/^[A-Z].{20,}\.$/);
      expect('AllowedPattern' in parameter || 'AllowedValues' in parameter, name).toBe(true);
      expect('AllowedPattern' in parameter === 'ConstraintDescription' in parameter, name).toBe(true);
    }
  });

  test('knows the central deployment by parameters only', () => {
    const { Parameters: parameters, ...rest } = template;
    for (const known of [CENTRAL, 'us-east-1', 'eu-west-1', 'a-long-random-text', 'tapkeeper-soc', 'security'])
      expect(JSON.stringify(rest)).not.toContain(known);
    expect(
      Object.fromEntries(
        Object.entries(parameters as Readonly<Record<string, Json>>).map(([name, one]) => [name, one['Default']]),
      ),
    ).toEqual({
      Owners: 'soc,security',
      CentralAccount: CENTRAL,
      CentralRegion: 'us-east-1',
      ExternalId: 'a-long-random-text',
      RoleRegion: 'us-east-1',
      KeptRegions: 'eu-west-1,us-east-1',
      LaunchHooks: 'completed',
    });
  });

  test('has defaults that it allows', () => {
    for (const [name, one] of Object.entries(template['Parameters'] as Readonly<Record<string, Json>>)) {
      const text = String(one['Default']);
      const values = one['Type'] === 'CommaDelimitedList' ? text.split(',') : [text];
      const allowed = (one['AllowedValues'] ?? values) as readonly string[];
      const pattern = new RegExp('AllowedPattern' in one ? String(one['AllowedPattern']) : '');
      for (const value of values)
        expect(allowed.includes(value) && pattern.test(value), `${name}: ${value}`).toBe(true);
    }
  });

  test('asks for everything that it cannot know, where there is no deployment to know it of', () => {
    const parameters = Object.entries(withoutDefaults['Parameters'] as Readonly<Record<string, Json>>);
    expect(parameters.filter(([, one]) => 'Default' in one).map(([name, one]) => [name, one['Default']])).toEqual([
      ['KeptRegions', '*'],
      ['LaunchHooks', 'left'],
    ]);
    const { Parameters: _, ...rest } = template;
    const { Parameters: __, ...other } = withoutDefaults;
    expect(other).toEqual(rest);
  });

  test.each([
    [['us-east-1', 'eu-west-1'], 'us-east-1'],
    [['eu-west-1', 'eu-north-1'], 'eu-west-1'],
    [[], 'us-east-1'],
  ])('with members in %j the role is created in %s', (memberRegions, region) => {
    const parameters = templateFor({ ...DEFAULTS, memberRegions }).toJSON()['Parameters'] as Readonly<
      Record<string, Json>
    >;
    expect(parameters['RoleRegion']?.['Default']).toBe(region);
  });
});

describe('the role', () => {
  test('is created once in an account, and not in our own', () => {
    expect(roleOf(inMember('us-east-1'))).toBeDefined();
    expect(roleOf(inMember('eu-west-1'))).toBeUndefined();
    expect(roleOf(inMember('eu-west-1', { RoleRegion: 'eu-west-1' }))).toBeDefined();
    expect(roleOf(deploy(template, { account: CENTRAL, region: 'us-east-1' }, {}))).toBeUndefined();
  });

  test('is one that the roles of the central functions may assume, with the external id', () => {
    expect(roleOf(inMember('us-east-1'))?.['AssumeRolePolicyDocument']).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { AWS: `arn:aws:iam::${CENTRAL}:root` },
          Condition: {
            StringEquals: { 'sts:ExternalId': 'a-long-random-text' },
            ArnEquals: {
              'aws:PrincipalArn': [
                `arn:aws:iam::${CENTRAL}:role/tapkeeper-soc`,
                `arn:aws:iam::${CENTRAL}:role/tapkeeper-soc-sweep`,
              ],
            },
          },
        },
      ],
    });
  });

  test.each(['completed', 'left'] as const)('may do what members need and no more, launch hooks %s', (launchHooks) => {
    const wanted = memberStatements({
      partition: 'aws',
      owner: DEFAULTS.owner,
      formerOwners: DEFAULTS.formerOwners,
      account: MEMBER,
      regions: ['*'],
      launchHooks,
    });
    const kept = { StringLike: { 'aws:RequestedRegion': ['eu-west-1', 'us-east-1'] } };
    const plain = (one: { readonly Action: unknown; readonly Resource: unknown; readonly Condition?: unknown }) => ({
      ...one,
      Action: toList(one.Action),
      Resource: toList(one.Resource).map(String).sort(),
    });
    expect(statementsOf(inMember('us-east-1', { LaunchHooks: launchHooks })).map(plain)).toEqual(
      wanted.map((one) => ({ ...plain(one), Condition: { ...one.Condition, ...kept } })),
    );
  });

  test('names actions one by one, and changes only what bears our mark', () => {
    for (const statement of statementsOf(inMember('us-east-1'))) {
      for (const action of toList(statement.Action)) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z]+$/);
      const isAboutSessions = JSON.stringify(statement.Resource).includes('traffic-mirror-session');
      if (isAboutSessions) expect(JSON.stringify(statement.Condition)).toContain('tapkeeper:owner');
    }
  });

  test('takes the sessions of former owners for ours, where there are any', () => {
    const ownersIn = (given: Readonly<Record<string, string>>) =>
      statementsOf(inMember('us-east-1', given)).flatMap(({ Sid, Condition }) =>
        Sid === 'ChangeOurOwn'
          ? (Condition as Readonly<Record<string, Json>>)['StringEquals']?.['aws:ResourceTag/tapkeeper:owner']
          : [],
      );
    expect(ownersIn({})).toEqual(['soc', 'security']);
    expect(ownersIn({ Owners: 'soc' })).toEqual(['soc']);
  });
});

describe('the rules', () => {
  test('forward to the bus of the deployment, each in the role for it', () => {
    const rules = rulesOf(inMember('eu-west-1'));
    expect(rules.length).toBe(6);
    for (const rule of rules) {
      expect(rule['State']).toBe('ENABLED');
      expect(rule['Targets']).toEqual([
        {
          Id: 'bus',
          Arn: `arn:aws:events:us-east-1:${CENTRAL}:event-bus/tapkeeper-soc`,
          RoleArn: { 'Fn::GetAtt': ['ForwardingRole', 'Arn'] },
        },
      ]);
    }
  });

  test('are the patterns by which the Lambdas read events, but the schedule', () => {
    const rules = rulesOf(inMember('eu-west-1'));
    const byName = Object.fromEntries(rules.map((rule) => [nameOf(rule), rule['EventPattern']] as const));
    const wanted = Object.entries(patterns(names.role, names.memberRole)).filter(([name]) => name !== 'schedule');
    expect(byName).toEqual(Object.fromEntries(wanted.map(([name, pattern]) => [`tapkeeper-soc-${name}`, pattern])));
  });

  test('are those of launch hooks only where these are completed', () => {
    const of = (LaunchHooks: string) => rulesOf(inMember('eu-west-1', { LaunchHooks })).map(nameOf);
    expect(of('completed')).toContain('tapkeeper-soc-instance-launch');
    expect(of('left')).not.toContain('tapkeeper-soc-instance-launch');
  });

  test('are in each region, also of our own account', () => {
    expect(rulesOf(deploy(template, { account: CENTRAL, region: 'eu-west-1' }, {}))).toEqual(
      rulesOf(inMember('eu-west-1')),
    );
  });

  test('may put events on that bus and do nothing else, and only for these rules', () => {
    const role = inMember('eu-west-1')
      .propertiesOf('AWS::IAM::Role')
      .find((one) => one['RoleName'] === undefined);
    expect(role).toMatchObject({
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Action: 'sts:AssumeRole',
            Principal: { Service: 'events.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': MEMBER },
              ArnLike: { 'aws:SourceArn': `arn:aws:events:eu-west-1:${MEMBER}:rule/tapkeeper-soc-*` },
            },
          },
        ],
      },
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              {
                Effect: 'Allow',
                Action: 'events:PutEvents',
                Resource: `arn:aws:events:us-east-1:${CENTRAL}:event-bus/tapkeeper-soc`,
              },
            ],
          },
        },
      ],
    });
  });

  /** An event in which the calls that tapkeeper made were made in the roles of this deployment. */
  const withOurRoles = (name: string): unknown =>
    JSON.parse(
      JSON.stringify(payload(name))
        .replaceAll('mirror-attacher-role', names.role)
        .replaceAll('mirror-member-role', names.memberRole),
    );
  const files = readdirSync(new URL('../../../payloads/aws', import.meta.url)).map((file) => file.replace('.json', ''));
  const events = files.filter((name) => !['manifest', 'patterns'].includes(name));

  test.each(events)('forward %s exactly if the central rules deliver it', (name) => {
    const event = withOurRoles(name);
    const forwarding = rulesOf(inMember('eu-west-1')).filter((rule) => compilePattern(rule['EventPattern'])(event));
    const delivering = Object.entries(patterns(names.role, names.memberRole)).filter(
      ([trigger, pattern]) => trigger !== 'schedule' && compilePattern(pattern)(event),
    );
    expect(forwarding.map(nameOf).sort()).toEqual(delivering.map(([trigger]) => `tapkeeper-soc-${trigger}`).sort());
  });

  test('leave out what tapkeeper itself did, in either role', () => {
    const matching = (event: unknown) =>
      rulesOf(inMember('eu-west-1')).filter((rule) => compilePattern(rule['EventPattern'])(event));
    for (const name of ['ct-CreateTrafficMirrorSession-ok', 'ct-CreateTrafficMirrorSession-member']) {
      expect(matching(withOurRoles(name)), name).toEqual([]);
      expect(matching(payload(name)), name).toHaveLength(1);
    }
  });
});
