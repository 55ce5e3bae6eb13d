import { describe, expect, test } from 'vitest';
import { PERMISSIONS, type Grant, type Permission } from '../../../lambdas/ec2/permissions.ts';
import { toStatements, type Extent } from '../../../lambdas/ec2/permissions/statements.ts';

const ALL = Object.values<Permission>(PERMISSIONS);
const GRANTS = ALL.flatMap((permission): readonly Grant[] => [permission, ...permission.also]);

const EXTENT: Extent = {
  partition: 'aws',
  owner: 'soc',
  formerOwners: ['old-soc'],
  places: [
    { account: '123456789012', region: 'us-east-1' },
    { account: '123456789012', region: 'eu-west-1' },
  ],
  named: {},
};

describe('the table', () => {
  test('has grants of one statement agree: a condition gates the whole statement', () => {
    for (const [sid, grants] of Map.groupBy(GRANTS, (grant) => grant.sid)) {
      const shapes = new Set(grants.map(({ resources, condition }) => JSON.stringify([resources, condition])));
      expect([...shapes], sid).toHaveLength(1);
    }
  });

  test('names actions in full, and statements as IAM takes their names', () => {
    for (const { action, sid } of GRANTS) {
      expect(action).toMatch(/^[a-z0-9]+:[A-Za-z]+$/);
      expect(sid).toMatch(/^[A-Za-z0-9]+$/);
    }
  });

  test('asks for a mark wherever a session is made, tagged, changed or deleted', () => {
    const onSessions = GRANTS.filter(({ resources }) => resources.includes('traffic-mirror-session'));
    expect(onSessions.map(({ action }) => action).sort()).toEqual([
      'ec2:CreateTags',
      'ec2:CreateTrafficMirrorSession',
      'ec2:DeleteTrafficMirrorSession',
      'ec2:ModifyTrafficMirrorSession',
    ]);
    for (const { action, condition, resources } of onSessions) {
      expect(resources).toHaveLength(1);
      const keys = condition.map(({ key }) => key.split('/').slice(-1)[0]);
      expect(keys, action).toEqual(expect.arrayContaining(['tapkeeper:owner', 'tapkeeper:mark']));
    }
  });

  test('has everything of all resources be a read', () => {
    const ofAll = GRANTS.filter(({ resources }) => resources.includes('*'));
    for (const { action } of ofAll) expect(action).toMatch(/:Describe/);
  });
});

describe('statements', () => {
  test('gather what is alike, for every place', () => {
    expect(toStatements([PERMISSIONS.modifySession, PERMISSIONS.deleteSession], EXTENT)).toEqual([
      {
        Sid: 'ChangeOurOwn',
        Effect: 'Allow',
        Action: ['ec2:DeleteTrafficMirrorSession', 'ec2:ModifyTrafficMirrorSession'],
        Resource: [
          'arn:aws:ec2:eu-west-1:123456789012:traffic-mirror-session/*',
          'arn:aws:ec2:us-east-1:123456789012:traffic-mirror-session/*',
        ],
        Condition: {
          StringEquals: {
            'aws:ResourceTag/tapkeeper:owner': ['soc', 'old-soc'],
            'aws:ResourceTag/tapkeeper:mark': ['v1'],
          },
        },
      },
      {
        Sid: 'UseToChange',
        Effect: 'Allow',
        Action: ['ec2:ModifyTrafficMirrorSession'],
        Resource: [
          'arn:aws:ec2:eu-west-1:*:traffic-mirror-target/*',
          'arn:aws:ec2:eu-west-1:123456789012:traffic-mirror-filter/*',
          'arn:aws:ec2:us-east-1:*:traffic-mirror-target/*',
          'arn:aws:ec2:us-east-1:123456789012:traffic-mirror-filter/*',
        ],
      },
    ]);
  });

  test('let only the owner of now create: a former one is of the past', () => {
    const [, created, marked] = toStatements([PERMISSIONS.createSession], EXTENT);
    const whose = { 'aws:RequestTag/tapkeeper:owner': ['soc'], 'aws:RequestTag/tapkeeper:mark': ['v1'] };
    const only = { 'aws:TagKeys': ['tapkeeper:owner', 'tapkeeper:mark'] };
    expect(created?.Condition).toEqual({ StringEquals: whose, 'ForAllValues:StringEquals': only });
    expect(marked?.Condition).toEqual({
      StringEquals: { 'ec2:CreateAction': ['CreateTrafficMirrorSession'], ...whose },
      'ForAllValues:StringEquals': only,
    });
  });

  test.each(['assumeRole', 'sendMessages', 'readRulesObject', 'readRulesParameter', 'decryptRules'] as const)(
    'of %s are not made for all there are',
    (name) => {
      const [type] = PERMISSIONS[name].resources;
      expect(() => toStatements([PERMISSIONS[name]], EXTENT)).toThrow(`making a policy: no ${type} is named`);
      const [statement] = toStatements([PERMISSIONS[name]], { ...EXTENT, named: { [type]: ['arn:aws:x:::one'] } });
      expect(statement?.Resource).toEqual(['arn:aws:x:::one']);
    },
  );
});
