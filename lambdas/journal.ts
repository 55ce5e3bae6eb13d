import { FAULTS, type FaultCode } from '../shared/fault.ts';
import type { JournalEntry } from '../shared/journal.ts';
import type { Clock, Journal } from '../shared/ports.ts';
import { needsPerson } from '../shared/reason.ts';
import { METRICS, type MetricName } from './metrics.ts';

/** A number that CloudWatch counts; `by` are the dimensions that it is told apart by, beside the number of all. */
interface Metric {
  readonly name: MetricName | `${'change' | 'sweep' | 'resync'}.${string}`;
  readonly value: number;
  readonly unit: 'Count' | 'Milliseconds';
  readonly by: Readonly<Record<string, string>>;
}

const count = (name: MetricName, by: Metric['by']): Metric => ({ name, value: 1, unit: 'Count', by });

const sinceOf = (entry: Extract<JournalEntry, { kind: 'applied' }>, nowMs: number): Metric => ({
  name: METRICS.eventToAttachment,
  value: Math.max(0, nowMs - Date.parse(entry.since)),
  unit: 'Milliseconds',
  by: {},
});

/** What an entry adds to the metrics. What is the same in every line of a kind is a dimension; ids never are. */
function metricsOf(entry: JournalEntry, nowMs: number): readonly Metric[] {
  switch (entry.kind) {
    case 'planned':
      return [count(METRICS.planned, { change: entry.change.kind })];
    case 'applied': {
      const applied = count(METRICS.applied, { change: entry.change.kind });
      return entry.change.kind === 'attach' ? [applied, sinceOf(entry, nowMs)] : [applied];
    }
    case 'held': {
      const held = count(METRICS.held, { reason: entry.hold.code });
      return needsPerson(entry.hold.code) ? [held, count(METRICS.needsPerson, {})] : [held];
    }
    case 'noted':
      return [];
    case 'refused':
      return [count(METRICS.failed, { code: entry.code })];
    case 'dead-letters':
      return [count(METRICS.deadLetters, { lane: entry.lane })];
    case 'gone':
      return [count(METRICS.gone, {})];
    case 'continued':
      return [{ name: METRICS.continued, value: entry.sources, unit: 'Count', by: {} }];
    case 'released':
      return [count(METRICS.released, {})];
    case 'guard-tripped':
      return [count(METRICS.guardTripped, {})];
    case 'incomplete':
      return [count(METRICS.incomplete, {})];
    case 'fault':
      return [count(METRICS.fault, { code: entry.code })];
    case 'finished':
      return [
        count(METRICS.finished, { trigger: entry.trigger }),
        ...Object.entries(entry.counts).map(([name, value]): Metric => {
          return { name: `${entry.trigger}.${name}`, value, unit: 'Count', by: {} };
        }),
      ];
  }
}

/**
 * The embedded metric format: CloudWatch reads metrics out of the log line itself, without a call or a library
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).
 */
function toEmbedded(metrics: readonly Metric[], namespace: string, nowMs: number): Record<string, unknown> {
  if (metrics.length === 0) return {};
  const values = metrics.flatMap(({ name, value, by }): readonly (readonly [string, string | number])[] => [
    [name, value],
    ...Object.entries(by),
  ]);
  return {
    _aws: {
      Timestamp: nowMs,
      CloudWatchMetrics: metrics.map(({ name, unit, by }) => ({
        Namespace: namespace,
        // An alarm cannot sum what dimensions tell apart: the number of all is counted as well.
        Dimensions: Object.keys(by).length === 0 ? [[]] : [[], Object.keys(by)],
        Metrics: [{ Name: name, Unit: unit }],
      })),
    },
    ...Object.fromEntries(values),
  };
}

type Level = 'error' | 'warn' | 'info';

/** A change that was refused needs a person only when neither the queue nor the next sweep brings it about. */
const levelOfRefusal = (code: FaultCode): Level => (FAULTS[code] === 'operator' ? 'error' : 'warn');

/** The level by which a person filters lines. Throttling is how the cloud sets the pace: never an error. */
function levelOf(entry: JournalEntry): Level {
  switch (entry.kind) {
    case 'refused':
      return levelOfRefusal(entry.code);
    case 'fault':
      return entry.code === 'throttled' ? 'warn' : 'error';
    case 'guard-tripped':
    case 'dead-letters':
      return 'error';
    case 'held':
    case 'incomplete':
      return 'warn';
    case 'planned':
    case 'applied':
    case 'gone':
    case 'continued':
    case 'released':
    case 'noted':
    case 'finished':
      return 'info';
  }
}

/**
 * One JSON line per entry, with what CloudWatch counts in a namespace. `entry` stands in a field of its own: its names cannot
 * meet a metric's.
 */
export function jsonJournal(clock: Clock, namespace: string, write: (line: string) => void): Journal {
  return {
    write(entry) {
      const nowMs = clock.now();
      const line = {
        level: levelOf(entry),
        time: new Date(nowMs).toISOString(),
        kind: entry.kind,
        correlation: entry.correlation,
        entry,
        ...toEmbedded(metricsOf(entry, nowMs), namespace, nowMs),
      };
      write(`${JSON.stringify(line)}\n`);
    },
  };
}
