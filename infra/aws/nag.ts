import { type App, Stack, Validations } from 'aws-cdk-lib';
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

/** Why a policy names all of a kind, by how the ARN ends. What is not listed here has to name the one that it means. */
const WILDCARDS: readonly { readonly ends: RegExp; readonly because: string }[] = [
  {
    ends: /^\*$/,
    because:
      'IAM takes nothing but * for calls that list: they know no resources (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html).',
  },
  {
    ends: /:network-interface\/\*$/,
    because:
      'Tags say which machines are mirrored, and change without a deployment; all that can be done to an interface is to create a session on it that bears our mark.',
  },
  {
    ends: /:traffic-mirror-(filter|target)\/\*$/,
    because:
      'The rules name filters and targets, and change without a deployment; sessions refer to them and nothing of them is changed.',
  },
  {
    ends: /:traffic-mirror-session\/\*$/,
    because: 'EC2 gives sessions their ids; the statement asks for our mark on them.',
  },
  {
    ends: /:iam::\*:role\/tapkeeper-[a-z0-9-]+-member$/,
    because:
      'More accounts than a policy can name are kept; the role is named, the statement asks for our organization, and each account decides whom the role trusts.',
  },
  {
    ends: /:autoScalingGroupName\/\*$/,
    because: 'Groups come and go without a deployment; all that can be done to one is to let a new machine go on.',
  },
];

/** Where a statement for everything asks for more than to list, nothing is argued. */
const isListing = (action: string): boolean => /^[a-z0-9]+:Describe/.test(action);

/** Argues each wildcard of these statements by what it is about. */
export function argueWildcards(
  about: IConstruct,
  statements: readonly { readonly Action: readonly string[]; readonly Resource: readonly string[] }[],
): void {
  const argued = statements.filter(({ Action, Resource }) => !Resource.includes('*') || Action.every(isListing));
  for (const resource of new Set(argued.flatMap(({ Resource }) => Resource))) {
    const found = WILDCARDS.find(({ ends }) => ends.test(resource));
    if (found === undefined) continue;
    argueException(
      about,
      found.because,
      `AwsSolutions-IAM5[Resource::${asNagSays(Stack.of(about).resolve(resource))}]`,
    );
  }
}

/** An ARN in the words of a finding, in which a reference to a parameter is its name in angle brackets. */
function asNagSays(resolved: unknown): string {
  if (typeof resolved === 'string') return resolved;
  const { Ref: name, 'Fn::Join': joined } = resolved as {
    readonly Ref?: string;
    readonly 'Fn::Join'?: readonly [string, readonly unknown[]];
  };
  return joined === undefined ? `<${name}>` : joined[1].map(asNagSays).join(joined[0]);
}
