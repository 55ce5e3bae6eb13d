import { dirname, join, normalize } from 'node:path';
import type { BicepFiles } from '../files.ts';
import { allIn, type Expression } from '../expression.ts';
import type { Module, TargetScope, Template } from '../template.ts';
import { alternativesOf, at, callsOf, expressionsOf } from './every-expression.ts';
import { misfitsOf } from './values.ts';

const targetOf = ({ templates }: BicepFiles, from: Template, { path }: { readonly path: string }): Template | null =>
  templates.get(normalize(join(dirname(from.file), path))) ?? null;

/** Each module of each file, with the file that it names. */
const everyModule = (files: BicepFiles) =>
  [...files.templates.values()].flatMap((template) =>
    template.modules.map((module) => ({ template, module, target: targetOf(files, template, module) })),
  );

/** Every file that a module or an import names is there. */
export function checkPaths(files: BicepFiles): readonly string[] {
  return [...files.templates.values()].flatMap((template) =>
    [...template.modules, ...template.imports]
      .filter((one) => targetOf(files, template, one) === null)
      .map(({ path, line }) => at(template, line, `there is no ${path}`)),
  );
}

/** Every file is an entry point, which a file of parameters or the README names, or is used by another. */
export const checkReached =
  (readme: string) =>
  (files: BicepFiles): readonly string[] => {
    const templates = [...files.templates.values()];
    const reached = new Set([
      ...templates.flatMap((from) =>
        [...from.modules, ...from.imports].flatMap((one) => targetOf(files, from, one)?.file ?? []),
      ),
      ...[...files.parameterFiles.values()].flatMap(({ file, using }) =>
        using === null ? [] : [normalize(join(dirname(file), using))],
      ),
    ]);
    return templates
      .filter(({ file }) => !reached.has(file) && !readme.includes(file))
      .map((template) => at(template, 1, 'nothing deploys this file'));
  };

/** A module is given what the file that it names requires, nothing else, and what visibly fits. */
export function checkParams(files: BicepFiles): readonly string[] {
  return everyModule(files).flatMap(({ template, module, target }) => {
    if (target === null) return [];
    const given = new Map(module.params.map(({ name, value }) => [name, value]));
    const missing = target.parameters.filter(({ name, need }) => need === 'required' && !given.has(name));
    const known = new Map(target.parameters.map((parameter) => [parameter.name, parameter]));
    const wrong = [...given].flatMap(([name, value]) => {
      const parameter = known.get(name ?? '');
      if (parameter === undefined) return [`${name ?? '...'} is no parameter of ${target.file}`];
      return alternativesOf(value).flatMap((one) => misfitsOf(one, parameter, target));
    });
    return [...missing.map(({ name }) => `${name} of ${target.file} is missing`), ...wrong].map((what) =>
      at(template, module.line, `${module.name}: ${what}`),
    );
  });
}

/** Outputs that are asked of a module are outputs of its file. */
export function checkOutputs(files: BicepFiles): readonly string[] {
  return [...files.templates.values()].flatMap((template) =>
    expressionsOf(template)
      .flatMap(allIn)
      .flatMap((expression) => {
        const asked = findAsked(expression, template);
        const target = asked === null ? null : targetOf(files, template, asked.module);
        const isThere = target === null || target.outputs.some(({ name }) => name === asked?.output);
        return isThere ? [] : [at(template, expression.line, `${target.file} has no output ${asked?.output ?? ''}`)];
      }),
  );
}

/** Of `module.outputs.name` and `module[0].outputs.name` the module and the name. */
function findAsked(
  expression: Expression,
  template: Template,
): { readonly module: Module; readonly output: string } | null {
  if (expression.kind !== 'member') return null;
  const { of, name } = expression;
  if (of.kind !== 'member' || of.name !== 'outputs') return null;
  const root = of.of.kind === 'index' ? of.of.of : of.of;
  const module = root.kind === 'name' ? template.modules.find((one) => one.name === root.name) : undefined;
  return module === undefined ? null : { module, output: name };
}

/** A module is deployed where its file says that it is to be deployed. */
export function checkScopes(files: BicepFiles): readonly string[] {
  const modules = everyModule(files).flatMap(({ template, module, target }) => {
    const scopes = module.scope === null ? [template.scope] : scopesOf(module.scope, template);
    return scopes
      .filter((scope) => target !== null && scope !== target.scope)
      .map((scope) =>
        at(
          template,
          module.line,
          `${module.name} is deployed to a ${scope}, ${target?.file ?? ''} to a ${target?.scope ?? ''}`,
        ),
      );
  });
  const lost = [...files.templates.values()]
    .filter(({ scope }) => scope !== 'resourceGroup')
    .flatMap((template) =>
      callsOf(template)
        .filter(({ name, given }) => name === 'resourceGroup' && given.length === 0)
        .map(({ line }) => at(template, line, `a ${template.scope} has no resourceGroup() of its own`)),
    );
  return [...modules, ...lost];
}

const SCOPES: ReadonlySet<string> = new Set<TargetScope>([
  'resourceGroup',
  'subscription',
  'managementGroup',
  'tenant',
]);

function scopesOf(scope: Expression, template: Template): readonly string[] {
  return alternativesOf(scope).map((one) => {
    if (one.kind === 'call' && SCOPES.has(one.name)) return one.name;
    const symbol = one.kind === 'index' ? one.of : one;
    const resource = symbol.kind === 'name' ? template.resources.find(({ name }) => name === symbol.name) : undefined;
    return resource?.type === 'Microsoft.Resources/resourceGroups' ? 'resourceGroup' : `scope of ${one.source}`;
  });
}
