import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
  MathExpression,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { METRICS } from '../../../lambdas/metrics.ts';
import { countedIn, searchFor, type Counted } from './counted.ts';
import type { Watched } from './watched.ts';

const MINUTES = Duration.minutes(5);

/** A third of the screen. */
const SIZE = { width: 8, height: 6 } as const;

/**
 * The one screen: what is wished and mirrored, what keeps the rest from it, and whether the parts do their work. At its top are
 * the alarms that the scope has by then.
 */
export function addDashboard(scope: Construct, watched: Watched): Dashboard {
  const alarms = scope.node.children.filter((child) => child instanceof Alarm);
  const dashboard = new Dashboard(scope, 'Dashboard', {
    dashboardName: watched.names.stack,
    defaultInterval: Duration.hours(12),
  });
  dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 3 }));
  dashboard.addWidgets(...ofMirroring(watched));
  dashboard.addWidgets(...ofChanges(watched));
  dashboard.addWidgets(...ofParts(watched));
  return dashboard;
}

const graph = (title: string, left: readonly IMetric[], more: GraphWidgetProps = {}): GraphWidget =>
  new GraphWidget({ ...SIZE, title, left: [...left], ...more });

/** Sweeps see everything; events only what they are about. So these are counts of sweeps, of all scopes together. */
function ofMirroring({ names, sweepMinutes }: Watched): readonly GraphWidget[] {
  const period = Duration.minutes(sweepMinutes);
  const counted = countedIn(names.namespace);
  const found = (name: Counted, label: string): IMetric => counted(name, {}, { period, statistic: 'Sum', label });
  return [
    graph(
      `What is wished, as sweeps find it (each ${sweepMinutes} minutes)`,
      [
        found('sweep.kept', 'attached as wished'),
        found('sweep.modify', 'attached, to change'),
        found('sweep.retarget', 'attached, to retarget'),
        found('sweep.attach', 'to attach'),
        found('sweep.held', 'held'),
      ],
      { stacked: true },
    ),
    graph('Drift that sweeps find', [
      found('sweep.attach', 'to attach'),
      found('sweep.modify', 'to change'),
      found('sweep.retarget', 'to retarget'),
      found('sweep.detach', 'to detach'),
    ]),
    graph('Held, by reason', [search(names.namespace, METRICS.held, 'reason', period)]),
  ];
}

function ofChanges({ names }: Watched): readonly GraphWidget[] {
  const counted = countedIn(names.namespace);
  const took = (statistic: string, label: string): IMetric =>
    counted(METRICS.eventToAttachment, {}, { period: MINUTES, statistic, label });
  return [
    graph('Changes made', [search(names.namespace, METRICS.applied, 'change', MINUTES)]),
    graph('Failed changes and faults, by code', [
      search(names.namespace, METRICS.failed, 'code', MINUTES),
      search(names.namespace, METRICS.fault, 'code', MINUTES),
    ]),
    graph('From event to attachment', [took('p50', 'half'), took('p90', 'nine of ten'), took('Maximum', 'longest')], {
      leftYAxis: { label: 'milliseconds', showUnits: false, min: 0 },
    }),
  ];
}

function ofParts({ names, queues, deadLetters, functions, sweepMinutes }: Watched): readonly GraphWidget[] {
  const counted = countedIn(names.namespace);
  const each = Duration.minutes(sweepMinutes);
  const sum = (name: Counted, label: string, by: Readonly<Record<string, string>> = {}): IMetric =>
    counted(name, by, { period: each, statistic: 'Sum', label });
  const lanes = ['event', 'bulk'] as const;
  const dead = [...lanes, 'undelivered'] as const;
  const named = (['onChange', 'sweep', 'resync'] as const).map(
    (key) => [names.functions[key], functions[key]] as const,
  );
  return [
    graph(
      'Queues: what waits, and for how long',
      [
        ...lanes.map((lane) =>
          queues[lane].metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', label: lane }),
        ),
        ...dead.map((lane) =>
          deadLetters[lane].metricApproximateNumberOfMessagesVisible({
            statistic: 'Maximum',
            label: lane === 'undelivered' ? lane : `${lane}, dead`,
          }),
        ),
      ],
      {
        right: lanes.map((lane) =>
          queues[lane].metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', label: `oldest of ${lane}` }),
        ),
        rightYAxis: { label: 'seconds', showUnits: false, min: 0 },
      },
    ),
    graph('Sweeps', [
      sum(METRICS.finished, 'finished', { trigger: 'sweep' }),
      sum(METRICS.incomplete, 'incomplete reads'),
      sum(METRICS.guardTripped, 'guard tripped'),
      sum(METRICS.needsPerson, 'holds that need a person'),
    ]),
    graph(
      'Functions: errors and throttles, and the longest run',
      named.flatMap(([name, lambda]) => [
        lambda.metricErrors({ period: MINUTES, label: `${name}: errors` }),
        lambda.metricThrottles({ period: MINUTES, label: `${name}: throttles` }),
      ]),
      {
        right: named.map(([name, lambda]) =>
          lambda.metricDuration({ period: MINUTES, statistic: 'Maximum', label: `${name}: longest` }),
        ),
      },
    ),
  ];
}

const search = (namespace: string, name: Counted, by: string, period: Duration): IMetric =>
  new MathExpression({ expression: searchFor(namespace, name, by, period), usingMetrics: {}, period, label: '' });
