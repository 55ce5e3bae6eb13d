import type { BicepFiles } from '../files.ts';
import type { TargetScope } from '../template.ts';
import { at } from './every-expression.ts';

/** A resource type in the version that is deployed, with the page of the reference that says so. */
export interface KnownType {
  readonly type: string;
  readonly version: string;
  readonly state: 'generally available' | 'preview';
  /** Where it can be deployed, by that page. */
  readonly scopes: readonly TargetScope[];
  readonly source: string;
}

const keyOf = ({ type, version }: { readonly type: string; readonly version: string }): string => `${type}@${version}`;

/** Every type and version is known, and everything that is known is deployed; the page is the one of that type and version. */
export const checkResourceTypes =
  (known: readonly KnownType[]) =>
  ({ templates }: BicepFiles): readonly string[] => {
    const byKey = new Map(known.map((one) => [keyOf(one), one]));
    const resources = [...templates.values()].flatMap((template) =>
      template.resources.map((resource) => ({ template, resource })),
    );
    const unknown = resources.filter(({ resource }) => !byKey.has(keyOf(resource)));
    const used = new Set(resources.map(({ resource }) => keyOf(resource)));
    const misplaced = resources.filter(({ template, resource }) => {
      const scopes = byKey.get(keyOf(resource))?.scopes;
      const isElsewhere = resource.existence === 'existing' || resource.scope !== null;
      return scopes !== undefined && !isElsewhere && !scopes.includes(template.scope);
    });
    return [
      ...unknown.map(({ template, resource }) =>
        at(template, resource.line, `${keyOf(resource)} is not in resource-types.json`),
      ),
      ...misplaced.map(({ template, resource }) =>
        at(template, resource.line, `${resource.type} cannot be deployed to a ${template.scope}`),
      ),
      ...known
        .filter((one) => !used.has(keyOf(one)))
        .map((one) => `resource-types.json: ${keyOf(one)} is deployed nowhere`),
      ...known
        .filter((one) => !isPageOf(one))
        .map((one) => `resource-types.json: ${one.source} is not the page of ${keyOf(one)}`),
      ...known
        .filter(({ version, state }) => version.endsWith('-preview') !== (state === 'preview'))
        .map((one) => `resource-types.json: the state of ${keyOf(one)} is not ${one.state}`),
    ];
  };

/** Of the types that the compiler checks templates against, by provider and version. */
const isPageOf = ({ type, version, source }: KnownType): boolean =>
  source.startsWith('https://github.com/Azure/bicep-types-az/') &&
  source.endsWith(`/${type.split('/')[0]?.toLowerCase() ?? ''}/${version}/types.md`);

/** Every resource has a name; one that is created stands where its file is deployed, or extends another. */
export function checkResources({ templates }: BicepFiles): readonly string[] {
  return [...templates.values()].flatMap((template) =>
    template.resources.flatMap(({ name, line, resourceName, existence, scope, type, parent, within }) => {
      const depth = type.split('/').length - 1;
      const isNamed = resourceName !== null;
      const isElsewhere = existence === 'created' && scope?.kind === 'call';
      // The name of a child without a parent would have to hold both names.
      const isOrphan = depth > 1 && parent === null && within === null && resourceName?.kind !== 'text';
      return [
        ...(isNamed ? [] : [at(template, line, `${name} has no name`)]),
        ...(isElsewhere ? [at(template, line, `${name} is deployed elsewhere: a module has to do that`)] : []),
        ...(isOrphan ? [at(template, line, `${name} has no parent`)] : []),
      ];
    }),
  );
}
