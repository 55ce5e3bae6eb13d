import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { patterns } from '../../../../lambdas/event-bridge.ts';
import { compilePattern } from '../../../../local/aws/pattern.ts';
import { DELIVERED } from '../../../lambdas/delivered.ts';
import { CONTEXT, payload } from '../../../lambdas/samples.ts';
import { at, EXAMPLE, resourcesOf, SMALLEST, synthesise, type Synthesised, templateOf } from '../deployment-rig.ts';

const ROLES = ['tapkeeper-soc', 'tapkeeper-soc-member'] as const;

let synthesised: Synthesised;
let remove: () => void;

beforeAll(() => {
  [synthesised, remove] = synthesise(EXAMPLE);
});

afterAll(() => remove());

/** The patterns of the rules on one bus, by the names of their triggers, as they stand in the template. */
function deployed(bus: 'own' | 'forwarded', from = synthesised): Readonly<Record<string, unknown>> {
  const rules = Object.values(resourcesOf(templateOf(from, 'tapkeeper-soc'), 'AWS::Events::Rule'));
  return Object.fromEntries(
    rules
      .filter(({ Properties }) => Properties['EventPattern'] !== undefined)
      .filter(({ Properties }) => ('EventBusName' in Properties ? 'forwarded' : 'own') === bus)
      .map(({ Properties }) => [String(Properties['Name']).replace('tapkeeper-soc-', ''), Properties['EventPattern']]),
  );
}

const deliveredBy = (rules: Readonly<Record<string, unknown>>, event: unknown): readonly string[] =>
  Object.entries(rules).flatMap(([name, pattern]) => (compilePattern(pattern)(event) ? [name] : []));

/** A payload whose calls by our roles are made in the roles of this deployment. */
function deployedPayload(name: string): unknown {
  const [role, memberRole] = CONTEXT.ownRoles;
  const text = JSON.stringify(payload(name));
  return JSON.parse(text.replaceAll(String(role), ROLES[0]).replaceAll(String(memberRole), ROLES[1]));
}

describe.each(['own', 'forwarded'] as const)('rules on the %s bus', (bus) => {
  test('have the patterns by which the Lambdas read events', () => {
    const { schedule, ...byEvent } = patterns(...ROLES);
    expect(schedule).toBeDefined();
    expect(deployed(bus)).toEqual(byEvent);
  });

  test.each(Object.entries(DELIVERED))('deliver %s as they must', (name, rules) => {
    // A schedule's event is what its own rule makes; no pattern is asked.
    const expected = rules.filter((rule) => rule !== 'schedule');
    expect(deliveredBy(deployed(bus), deployedPayload(name))).toEqual(expected);
  });

  test('put every event on the event queue, whole, for an hour, and then with the undelivered', () => {
    const template = templateOf(synthesised, 'tapkeeper-soc');
    const queues = resourcesOf(template, 'AWS::SQS::Queue');
    const nameOf = (arn: unknown): unknown => at(queues, String(at(arn, 'Fn::GetAtt', 0)), 'Properties', 'QueueName');
    const rules = Object.values(resourcesOf(template, 'AWS::Events::Rule')).filter(
      ({ Properties }) =>
        Properties['EventPattern'] !== undefined && 'EventBusName' in Properties === (bus === 'forwarded'),
    );
    expect(rules.length).toBe(6);
    for (const { Properties } of rules) {
      expect(Properties['State']).toBe('ENABLED');
      const target = at(Properties, 'Targets', 0);
      expect(at(Properties, 'Targets', 1)).toBeUndefined();
      expect(nameOf(at(target, 'Arn'))).toBe('tapkeeper-soc-events');
      expect(nameOf(at(target, 'DeadLetterConfig', 'Arn'))).toBe('tapkeeper-soc-undelivered');
      expect(at(target, 'RetryPolicy')).toEqual({ MaximumEventAgeInSeconds: 3600 });
      expect(Object.keys(target as object).sort()).toEqual(['Arn', 'DeadLetterConfig', 'Id', 'RetryPolicy']);
    }
  });
});

test('every payload is looked at, but what is no event', () => {
  const NO_EVENTS = ['asg-launch-bare', 'asg-test-notification', 'manifest', 'patterns'];
  const files = readdirSync('test/payloads/aws').map((file) => file.replace('.json', ''));
  expect(Object.keys(DELIVERED).sort()).toEqual(files.filter((file) => !NO_EVENTS.includes(file)).sort());
});

test('a session that another deployment makes is delivered', () => {
  const text = JSON.stringify(deployedPayload('ct-CreateTrafficMirrorSession-ok'));
  const theirs: unknown = JSON.parse(text.replaceAll(ROLES[0], 'tapkeeper-lab'));
  expect(text).toContain(`assumed-role/${ROLES[0]}/`);
  expect(deliveredBy(deployed('own'), theirs)).toEqual(['session-by-others']);
});

test('without launch hooks nothing of Auto Scaling is heard, and without forwarding there is no bus', () => {
  const [small, removeSmall] = synthesise(SMALLEST);
  const { schedule, 'instance-launch': launch, ...rest } = patterns(...ROLES);
  expect([schedule, launch]).not.toContain(undefined);
  expect(deployed('own', small)).toEqual(rest);
  expect(deployed('forwarded', small)).toEqual({});
  const template = templateOf(small, 'tapkeeper-soc');
  template.resourceCountIs('AWS::Events::EventBus', 0);
  removeSmall();
});

describe('the bus', () => {
  test('takes events of the accounts that are kept, and of the organization', () => {
    const statements = Object.values(
      resourcesOf(templateOf(synthesised, 'tapkeeper-soc'), 'AWS::Events::EventBusPolicy'),
    ).map(({ Properties }) => Properties['Statement']);
    expect(statements.map((one) => [at(one, 'Action'), at(one, 'Sid')])).toEqual([
      ['events:PutEvents', 'Accounts'],
      ['events:PutEvents', 'Organization'],
    ]);
    const [accounts, organization] = statements;
    expect(JSON.stringify(at(accounts, 'Principal'))).toContain(':iam::210987654321:root');
    expect(at(organization, 'Condition')).toEqual({ StringEquals: { 'aws:PrincipalOrgID': 'o-a1b2c3d4e5' } });
  });

  test('for another region of the own account takes none of other accounts', () => {
    const [first, second] = EXAMPLE.scopes;
    if (second === undefined) throw new Error('the example has a second scope');
    const [regions, removeRegions] = synthesise({ ...SMALLEST, scopes: [first, second] });
    const template = templateOf(regions, 'tapkeeper-soc');
    template.resourceCountIs('AWS::Events::EventBus', 1);
    template.resourceCountIs('AWS::Events::EventBusPolicy', 0);
    expect([...regions.templates.keys()]).toEqual(['tapkeeper-soc', 'tapkeeper-soc-member']);
    removeRegions();
  });
});
