import { jsonJournal } from '../../../../lambdas/journal.ts';
import type { JournalEntry } from '../../../../shared/journal.ts';
import type { Json } from '../template.ts';
import { type CountedMetric, type Embedded, toMetrics } from './journal-metrics.ts';

/** Something that the journal writes, so many seconds after midnight. */
export interface Told {
  readonly atSeconds: number;
  readonly entry: JournalEntry;
}

interface ByAlarm {
  readonly MetricName: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: unknown }[];
}

/** What an alarm reads, and how. */
export interface Reading {
  readonly metrics: readonly CountedMetric[];
  readonly periodSeconds: number;
}

const toCounted = ({ MetricName, Dimensions = [] }: ByAlarm): CountedMetric =>
  [MetricName, ...Dimensions.map(({ Name, Value }) => `${Name}=${String(Value)}`)].join(' ');

/** The metrics of an alarm whose value is their sum: of one, or of all that its expression fills and sums. */
export function readingOf(alarm: Json): Reading {
  if ('MetricName' in alarm) {
    return { metrics: [toCounted(alarm as unknown as ByAlarm)], periodSeconds: Number(alarm['Period']) };
  }
  const parts = alarm['Metrics'] as readonly Json[];
  const stats = parts.flatMap(({ MetricStat: stat }) => (stat === undefined ? [] : [stat as Json]));
  const expression = parts.find((part) => 'Expression' in part)?.['Expression'] ?? null;
  if (stats.length > 1 && expression !== 'SUM(FILL(METRICS(), 0))') throw new Error('this expression is not known');
  return {
    metrics: stats.map(({ Metric }) => toCounted(Metric as ByAlarm)),
    periodSeconds: Number(stats[0]?.['Period']),
  };
}

/** One datum for each period of a day, as CloudWatch sums what the journal wrote; `null` where nothing was counted. */
export function seriesOf({ metrics, periodSeconds }: Reading, told: readonly Told[]): readonly (number | null)[] {
  const sums = new Map<number, number>();
  for (const { atSeconds, entry } of told) {
    const lines: string[] = [];
    jsonJournal({ now: () => atSeconds * 1000 }, 'tapkeeper/soc', (text) => lines.push(text)).write(entry);
    for (const text of lines) {
      const embedded = JSON.parse(text) as Embedded & Readonly<Record<string, unknown>>;
      const period = Math.floor(atSeconds / periodSeconds);
      for (const metric of toMetrics(embedded).filter((one) => metrics.includes(one))) {
        const value = Number(embedded[metric.split(' ')[0] ?? '']);
        sums.set(period, (sums.get(period) ?? 0) + value);
      }
    }
  }
  return Array.from({ length: 86_400 / periodSeconds }, (_, period) => sums.get(period) ?? null);
}

/** So many periods more than it needs CloudWatch looks at, as in the tables of the document below. */
const LOOKS_BACK = 2;

/**
 * The periods after which an alarm is red. Of what is missing only as much is filled in as is needed beside what is there
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html).
 */
export function redAfter(alarm: Json, series: readonly (number | null)[]): readonly number[] {
  const needed = Number(alarm['EvaluationPeriods']);
  if (alarm['DatapointsToAlarm'] !== undefined) throw new Error('so many of so many periods are not known here');
  const threshold = Number(alarm['Threshold']);
  const isBreaching = (value: number): boolean =>
    alarm['ComparisonOperator'] === 'LessThanThreshold' ? value < threshold : value > threshold;
  const isMissingBreaching = alarm['TreatMissingData'] === 'breaching';
  return series.flatMap((_, at) => {
    const seen = series.slice(Math.max(0, at + 1 - needed - LOOKS_BACK), at + 1);
    const there = seen.filter((value) => value !== null).slice(-needed);
    const isFilledRed = there.length === needed || isMissingBreaching;
    return at + 1 >= needed && isFilledRed && there.every(isBreaching) ? [at] : [];
  });
}
