import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newApp } from '../../../infra/aws/new-app.ts';
import { memberStack } from '../../../infra/aws/member/member-stack.ts';
import { argueException, argueWildcards, judge } from '../../../infra/aws/nag.ts';
import { addStacks } from '../../../infra/aws/stacks.ts';
import { parseAccountId, parseRegion } from '../../../shared/ids.ts';
import { EXAMPLE, stubBundles } from './deployment-rig.ts';

/** What somebody argued, where. */
interface Argued {
  readonly about: IConstruct;
  readonly finding: string;
  readonly because: string;
}

const folder = mkdtempSync(join(tmpdir(), 'tapkeeper-nag-'));
let app: App;

beforeAll(() => {
  app = newApp({});
  addStacks(app, EXAMPLE, stubBundles(folder));
  memberStack(app, 'for-any-deployment', null);
});

afterAll(() => rmSync(folder, { recursive: true }));

const violationsOf = (scope: IConstruct): readonly string[] =>
  new AwsSolutionsChecks(app, { verbose: true })
    .validateScope(scope)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath ?? ''}`),
    );

const arguedAt = (about: IConstruct): readonly Argued[] =>
  about.node.metadata
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) =>
      Object.entries(data as Readonly<Record<string, string>>).map(([id, because]) => ({
        about,
        // CDK takes a rule without a tool's name for one of its own annotations.
        finding: id.replace(/^annotation::/i, ''),
        because,
      })),
    );

const argued = (): readonly Argued[] => app.node.findAll().flatMap(arguedAt);

/** What would be found if one thing had not been argued. */
function violationsWithout({ about, finding }: Argued): readonly string[] {
  const others = about.node.metadata.filter(
    ({ type, data }) =>
      type !== Validations.ACKNOWLEDGED_RULES_METADATA_KEY ||
      !Object.keys(data as object).some((id) => id.replace(/^annotation::/i, '') === finding),
  );
  Object.defineProperty(about.node, 'metadata', { configurable: true, get: () => others });
  try {
    return violationsOf(about);
  } finally {
    Reflect.deleteProperty(about.node, 'metadata');
  }
}

describe('the AwsSolutions pack', () => {
  test('finds nothing that is not argued', () => {
    expect(violationsOf(app)).toEqual([]);
  });

  test('finds what is argued, where that is left out: nothing is argued for nothing', () => {
    const exceptions = argued();
    expect(exceptions.length).toBeGreaterThan(10);
    for (const exception of exceptions) {
      const found = violationsWithout(exception);
      expect(found, exception.about.node.path).not.toEqual([]);
      expect(found.every((violation) => violation.startsWith(`${exception.finding} at `))).toBe(true);
    }
    expect(violationsOf(app)).toEqual([]);
  });

  test('has nothing else to say of hundreds of accounts and of every region', () => {
    const { account } = EXAMPLE;
    const others = Array.from({ length: 61 }, (_, index) => ({
      cloud: 'aws' as const,
      account: parseAccountId(String(210_000_000_000 + index)),
      region: EXAMPLE.region,
    }));
    const regions = Array.from({ length: 30 }, (_, index) => ({
      cloud: 'aws' as const,
      account,
      region: parseRegion(`eu-west-${index}`),
    }));
    const large = newApp({});
    const scopes = [EXAMPLE.scopes[0], ...others, ...regions] as const;
    addStacks(large, { ...EXAMPLE, scopes, destination: null }, stubBundles(folder));
    expect(violationsOf(large)).toEqual([]);
  });

  test('is argued with beside a resource, never for a stack, and with a reason', () => {
    for (const { about, because } of argued()) {
      expect(about instanceof Stack || about instanceof App, about.node.path).toBe(false);
      expect(because.length, about.node.path).toBeGreaterThan(40);
    }
  });

  test('is argued with about these kinds of things only', () => {
    const kinds = argued().map(({ finding }) => finding.replace(/(arn:<AWS::Partition>|arn:aws):\w+:.*:/, ''));
    expect([...new Set(kinds)].sort()).toEqual([
      'AwsSolutions-ELB2',
      'AwsSolutions-IAM5[Resource::*]',
      'AwsSolutions-IAM5[Resource::autoScalingGroupName/*]',
      'AwsSolutions-IAM5[Resource::network-interface/*]',
      'AwsSolutions-IAM5[Resource::traffic-mirror-filter/*]',
      'AwsSolutions-IAM5[Resource::traffic-mirror-session/*]',
      'AwsSolutions-IAM5[Resource::traffic-mirror-target/*]',
      'AwsSolutions-SQS3',
    ]);
  });

  test('is not argued with about everything, but for calls that list', () => {
    const role = (action: string) => {
      const stack = new Stack(newApp({}), 'Other');
      const made = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
      made.addToPolicy(new PolicyStatement({ actions: [action], resources: ['*'] }));
      argueWildcards(made, [{ Action: [action], Resource: ['*'] }]);
      return violationsOf(stack);
    };
    expect(role('ec2:DescribeInstances')).toEqual([]);
    expect(role('ec2:DeleteTrafficMirrorSession')).toEqual([expect.stringMatching(/^AwsSolutions-IAM5/)]);
  });

  test('keeps a template from being written that it objects to', () => {
    const other = newApp({});
    const queue = new Queue(new Stack(other, 'Other'), 'Queue');
    judge(other);
    expect(() => other.synth()).toThrow('AwsSolutions-SQS4');
    expect(violationsOf(queue)).toHaveLength(2);
    argueException(queue, 'Nobody uses it.', 'AwsSolutions-SQS3');
    expect(violationsOf(queue)).toHaveLength(1);
  });
});
