import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';

/** When a person is told, of what, and what they can do about it. */
export interface Warning {
  /** What the alarm is called, after the name of the deployment. */
  readonly name: string;
  readonly metric: IMetric;
  /** What a period may have without being counted. */
  readonly unless: { readonly kind: 'at-most' | 'at-least'; readonly value: number };
  /** How many periods of the metric in a row. */
  readonly periods: number;
  /** Whether a period of which nothing is known is as it should be. CloudWatch keeps no zeros: mostly nothing happened. */
  readonly missing: 'is-well' | 'is-not';
  /** What has happened, as a sentence. */
  readonly means: string;
  /** What to do, with the section of the runbook. */
  readonly remedy: string;
}

/** For what does not go away by itself: the shortest period in which a person would act. */
export const SOON = Duration.minutes(5);

/** So many periods in a row are no accident: what is repaired by the next sweep is not there in the one after it. */
export const LASTING = 3;

export const NOTHING = { kind: 'at-most', value: 0 } as const;

/** A section of the runbook. */
export const runbook = (section: string): string => `docs/runbook.md, "${section}"`;
