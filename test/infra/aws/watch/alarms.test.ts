import { readFileSync } from 'node:fs';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Notify } from '../../../../infra/aws/watch/watched.ts';
import { countedByJournal, type CountedMetric } from './journal-metrics.ts';
import { propertiesOf, type Json } from '../template.ts';
import { watchedStack } from './watched-stack.ts';

const NAMESPACE = 'tapkeeper/soc';
const TOPIC_OF_OTHERS = 'arn:aws:sns:us-east-1:123456789012:pages';

const templateWith = (notify: Notify | null): Template => Template.fromStack(watchedStack(notify).stack);

let template: Template;
let alarms: ReadonlyMap<string, Json>;

beforeAll(() => {
  template = templateWith({ kind: 'email', address: 'soc@example.com' });
  alarms = new Map(propertiesOf(template, 'AWS::CloudWatch::Alarm').map((one) => [String(one['AlarmName']), one]));
});

interface ByAlarm {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
}

/** The metrics that an alarm reads, itself or in its expression. */
function metricsOf(alarm: Json): readonly ByAlarm[] {
  if ('MetricName' in alarm) return [alarm as unknown as ByAlarm];
  const parts = alarm['Metrics'] as readonly { readonly MetricStat?: { readonly Metric: ByAlarm } }[];
  return parts.flatMap(({ MetricStat: stat }) => (stat === undefined ? [] : [stat.Metric]));
}

/** In the words in which the journal's metrics are compared. */
const toCounted = ({ MetricName, Dimensions = [] }: ByAlarm): CountedMetric =>
  [MetricName, ...Dimensions.map(({ Name, Value }) => `${Name}=${String(Value)}`)].join(' ');

describe('alarms', () => {
  test('are these', () => {
    expect([...alarms.keys()].sort()).toEqual([
      'tapkeeper-soc-config-invalid',
      'tapkeeper-soc-dead-letters-bulk',
      'tapkeeper-soc-dead-letters-event',
      'tapkeeper-soc-errors-on-change',
      'tapkeeper-soc-errors-resync',
      'tapkeeper-soc-errors-sweep',
      'tapkeeper-soc-failed',
      'tapkeeper-soc-guard-tripped',
      'tapkeeper-soc-holds',
      'tapkeeper-soc-incomplete-reads',
      'tapkeeper-soc-no-sweep',
      'tapkeeper-soc-refused',
      'tapkeeper-soc-throttles-on-change',
      'tapkeeper-soc-throttles-resync',
      'tapkeeper-soc-undelivered',
      'tapkeeper-soc-waiting-bulk',
      'tapkeeper-soc-waiting-event',
    ]);
  });

  test('read of the journal only what it counts, with exactly its dimensions', () => {
    const counted = countedByJournal();
    const read = [...alarms.values()].flatMap(metricsOf).filter(({ Namespace }) => Namespace === NAMESPACE);
    expect(read.length).toBeGreaterThan(10);
    expect(read.map(toCounted).filter((metric) => !counted.has(metric))).toEqual([]);
  });

  test('look at every queue and every function that can fail', () => {
    const parts = [...alarms.values()].flatMap(metricsOf).filter(({ Namespace }) => Namespace.startsWith('AWS/'));
    const looked = parts.map(({ MetricName, Dimensions }) => `${MetricName} ${JSON.stringify(Dimensions?.[0]?.Value)}`);
    expect(new Set(looked).size).toBe(3 + 2 * 2 + 3 + 2);
    expect(parts.flatMap(({ Dimensions }) => Dimensions ?? []).map(({ Name }) => Name)).not.toContain(undefined);
  });

  test('are red for what is unknown only where silence is the trouble', () => {
    const red = [...alarms].filter(([, one]) => one['TreatMissingData'] === 'breaching').map(([name]) => name);
    expect(red).toEqual(['tapkeeper-soc-no-sweep']);
    const others = [...alarms.values()].filter((one) => one['TreatMissingData'] !== 'breaching');
    expect(new Set(others.map((one) => one['TreatMissingData']))).toEqual(new Set(['notBreaching']));
  });

  test('miss a sweep after three intervals without one', () => {
    expect(alarms.get('tapkeeper-soc-no-sweep')).toMatchObject({
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 3,
      Metrics: [{ MetricStat: { Period: 15 * 60, Stat: 'Sum' } }],
    });
  });

  test('do not take for waiting what is hidden after a failure', () => {
    const { Metrics: metrics } = alarms.get('tapkeeper-soc-waiting-event') ?? {};
    expect(metrics).toMatchObject([
      { Expression: 'IF(waiting > 0, age, 0)', ReturnData: true },
      { Id: 'age', MetricStat: { Stat: 'Maximum', Metric: { MetricName: 'ApproximateAgeOfOldestMessage' } } },
      { Id: 'waiting', MetricStat: { Stat: 'Minimum', Metric: { MetricName: 'ApproximateNumberOfMessagesVisible' } } },
    ]);
  });

  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html, under EvaluationPeriods
  test.each([5, 15, 59, 60, 1440])(
    'evaluate no more than CloudWatch takes, with a sweep each %i minutes',
    (minutes) => {
      const all = propertiesOf(Template.fromStack(watchedStack(null, minutes).stack), 'AWS::CloudWatch::Alarm');
      expect(all.length).toBe(alarms.size);
      for (const alarm of all) {
        const name = String(alarm['AlarmName']);
        const parts = (alarm['Metrics'] ?? []) as readonly { readonly MetricStat?: { readonly Period: number } }[];
        const periods = [alarm['Period'], ...parts.map(({ MetricStat: stat }) => stat?.Period)].filter(
          (period) => typeof period === 'number',
        );
        expect(periods.length, name).toBeGreaterThan(0);
        const period = Math.max(...periods);
        const most = period < 3600 ? 86_400 : 7 * 86_400;
        expect(period * Number(alarm['EvaluationPeriods']), name).toBeLessThanOrEqual(most);
        expect(period % 60, name).toBe(0);
        expect(parts.length, name).toBeLessThanOrEqual(10);
      }
    },
  );

  test('name sections that the runbook has', () => {
    const runbook = readFileSync(new URL('../../../../docs/runbook.md', import.meta.url), 'utf8');
    const sections = new Set([...runbook.matchAll(/^#+ `?([^`\n]+)`?$/gm)].map(([, title]) => title));
    for (const [name, alarm] of alarms) {
      const named = [...String(alarm['AlarmDescription']).matchAll(/docs\/runbook\.md, "([^"]+)"/g)];
      expect(named.length, name).toBeGreaterThan(0);
      expect(named.map(([, title]) => title).filter((title) => !sections.has(title))).toEqual([]);
    }
  });
});

const actionsOf = (one: Template): readonly unknown[] =>
  propertiesOf(one, 'AWS::CloudWatch::Alarm').map((alarm) => alarm['AlarmActions']);

describe('who is told', () => {
  test('an address, by a topic that is encrypted with a key that CloudWatch may use', () => {
    const topics = Object.entries(template.findResources('AWS::SNS::Topic'));
    const [[topic] = ['']] = topics;
    const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
    expect(topics).toHaveLength(1);
    expect(propertiesOf(template, 'AWS::SNS::Topic')).toMatchObject([
      { KmsMasterKeyId: { 'Fn::GetAtt': [key, 'Arn'] } },
    ]);
    expect(propertiesOf(template, 'AWS::SNS::Subscription')).toMatchObject([
      { Protocol: 'email', Endpoint: 'soc@example.com' },
    ]);
    expect(new Set(actionsOf(template).map((actions) => JSON.stringify(actions)))).toEqual(
      new Set([JSON.stringify([{ Ref: topic }])]),
    );
    const cloudwatch = { Principal: { Service: 'cloudwatch.amazonaws.com' }, Effect: 'Allow' };
    expect(propertiesOf(template, 'AWS::KMS::Key')).toMatchObject([
      { KeyPolicy: { Statement: [{}, { ...cloudwatch, Action: ['kms:Decrypt', 'kms:GenerateDataKey'] }] } },
    ]);
    expect(propertiesOf(template, 'AWS::SNS::TopicPolicy')).toMatchObject([
      {
        PolicyDocument: {
          Statement: [
            { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
            { ...cloudwatch, Action: 'sns:Publish', Condition: { StringEquals: { 'aws:SourceAccount': {} } } },
          ],
        },
      },
    ]);
  });

  test('a topic that is there already, and nothing is added to it', () => {
    const other = templateWith({ kind: 'topic', arn: TOPIC_OF_OTHERS });
    expect(new Set(actionsOf(other).map((actions) => JSON.stringify(actions)))).toEqual(
      new Set([JSON.stringify([TOPIC_OF_OTHERS])]),
    );
    for (const type of ['AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'AWS::KMS::Key'])
      expect(propertiesOf(other, type)).toEqual([]);
  });

  test('nobody, where nobody is named', () => {
    const silent = templateWith(null);
    expect(new Set(actionsOf(silent))).toEqual(new Set([undefined]));
    expect(propertiesOf(silent, 'AWS::SNS::Topic')).toEqual([]);
  });
});

/** The dashboard's body; what is known only when it is deployed stands in it as its reference. */
function dashboardOf(one: Template): { readonly widgets: readonly Widget[] } {
  const [dashboard] = propertiesOf(one, 'AWS::CloudWatch::Dashboard');
  const body = (dashboard ?? {})['DashboardBody'] as { readonly 'Fn::Join': readonly [string, unknown[]] };
  const parts = body['Fn::Join'][1].map((part) =>
    typeof part === 'string' ? part : JSON.stringify(part).replaceAll('"', ''),
  );
  return JSON.parse(parts.join('')) as { readonly widgets: readonly Widget[] };
}

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly (string | { readonly expression?: string })[])[];
  };
}

describe('the dashboard', () => {
  const metrics = () => dashboardOf(template).widgets.flatMap(({ properties }) => properties.metrics ?? []);

  test('shows every alarm', () => {
    expect(dashboardOf(template).widgets[0]?.properties.alarms).toHaveLength(alarms.size);
  });

  test('reads of the journal only what it counts, with exactly its dimensions', () => {
    const counted = countedByJournal();
    const read = metrics().filter(([namespace]) => namespace === NAMESPACE);
    const wrong = read
      .map(([, ...rest]) => rest.filter((part) => typeof part === 'string'))
      .map(([name, ...by]) => [name, ...by.flatMap((part, at) => (at % 2 === 0 ? [`${part}=${by[at + 1]}`] : []))])
      .map((words) => words.join(' '))
      .filter((metric) => !counted.has(metric));
    expect(read.length).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  });

  test('searches only for dimensions that the journal counts by', () => {
    const expressions = metrics().flatMap(([first]) => (typeof first === 'object' ? [first.expression ?? ''] : []));
    const searched = expressions.map((expression) => {
      const [, namespace, by, name] = /^SEARCH\('\{"([^"]+)",(\w+)\} MetricName="(\w+)"', 'Sum', \d+\)$/.exec(
        expression,
      ) ?? [expression];
      return { namespace, by, name };
    });
    expect(searched.map(({ name, by }) => `${name} by ${by}`)).toEqual([
      'held by reason',
      'applied by change',
      'failed by code',
      'fault by code',
    ]);
    const counted = [...countedByJournal()];
    for (const { namespace, by, name } of searched) {
      expect(namespace).toBe(NAMESPACE);
      expect(counted.some((metric) => metric.startsWith(`${name} ${by}=`))).toBe(true);
    }
  });
});
