import type { Template } from 'aws-cdk-lib/assertions';

export type Json = Readonly<Record<string, unknown>>;

/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Json;
  readonly DependsOn?: readonly string[];
  readonly Condition?: string;
}

/** The resources of a type, by their logical ids. */
export const resourcesOf = (template: Template, type: string): Readonly<Record<string, Resource>> =>
  template.findResources(type) as Readonly<Record<string, Resource>>;

/** What the resources of a type are, in the order of the template. */
export const propertiesOf = (template: Template, type: string): readonly Json[] =>
  Object.values(resourcesOf(template, type)).map(({ Properties }) => Properties);
