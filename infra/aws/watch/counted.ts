import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../../../lambdas/metrics.ts';

/** A number that the journal counts: one of its names, or a count of what a sweep found. */
export type Counted = MetricName | `sweep.${string}`;

/** How a number is read. */
interface Reading {
  readonly period: Duration;
  /** `Sum` for what is counted, a percentile or `Maximum` for what is measured. */
  readonly statistic: string;
  readonly label: string;
}

/** What the journal counts in a deployment's namespace; without dimensions it is the number of all. */
export const countedIn =
  (namespace: string) =>
  (metricName: Counted, dimensionsMap: Readonly<Record<string, string>>, reading: Reading): Metric =>
    new Metric({ namespace, metricName, dimensionsMap, ...reading });

/** Every value of a dimension that was counted, each as a line: an alarm cannot search, a graph can. */
export const searchFor = (namespace: string, metricName: Counted, by: string, period: Duration): string =>
  `SEARCH('{"${namespace}",${by}} MetricName="${metricName}"', 'Sum', ${period.toSeconds()})`;
