import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';

/** A finding of cdk-nag, as `AwsSolutions-IAM5[Resource::*]`. */
export type Finding = `AwsSolutions-${string}`;

/** Has every template judged by cdk-nag's AwsSolutions pack when it is written; a finding that is not argued fails the synthesis. */
export const judge = (app: App): void => Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));

/**
 * Says why findings about this one resource, or about what is below it, are as they should be. It stands beside the resource
 * that it is about: what is argued for a whole stack is argued for what is added to it later.
 */
export function argueException(about: IConstruct, because: string, ...findings: readonly Finding[]): void {
  Validations.of(about).acknowledge(...findings.map((id) => ({ id, reason: because })));
}
