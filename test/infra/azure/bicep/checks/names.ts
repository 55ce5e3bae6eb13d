import type { BicepFiles } from '../files.ts';
import { usesIn, type Use } from '../expression.ts';
import type { Template } from '../template.ts';
import type { Type } from '../type.ts';
import { at, callsOf, expressionsOf } from './every-expression.ts';

const NAMESPACES = new Set(['az', 'sys']);

/** The names that a template uses as values; a function that is called is not among them. */
const usesOf = (template: Template): readonly Use[] => [
  ...template.functions.flatMap(({ body, parameters }) => usesIn(body, new Set(parameters))),
  ...expressionsOf({ ...template, functions: [] }).flatMap((expression) => usesIn(expression)),
];

const declaredIn = (template: Template) => [
  ...template.parameters,
  ...template.variables,
  ...template.functions,
  ...template.types,
  ...template.resources,
  ...template.modules,
];

/** Every name that is used is declared, once. */
export function checkDeclared({ templates }: BicepFiles): readonly string[] {
  return [...templates.values()].flatMap((template) => {
    const declared = declaredIn(template).map(({ name }) => name);
    const known = new Set([...declared, ...template.imports.flatMap(({ names }) => names), ...NAMESPACES]);
    const unknown = usesOf(template).filter(({ name }) => !known.has(name));
    const named = typesOf(template).flatMap(namesIn);
    return [
      ...unknown.map(({ name, line }) => at(template, line, `${name} is not declared`)),
      ...named.filter((name) => !known.has(name)).map((name) => at(template, 1, `the type ${name} is not declared`)),
      ...declaredIn(template)
        .filter(({ name }, index) => declared.indexOf(name) < index)
        .map(({ name, line }) => at(template, line, `${name} is declared twice`)),
    ];
  });
}

/** Every parameter, variable, type, function and import is used, and what exists already, too. */
export function checkUsed({ templates }: BicepFiles): readonly string[] {
  return [...templates.values()].flatMap((template) => {
    const called = new Set(callsOf(template).map(({ name }) => name));
    const parents = template.resources.flatMap(({ within }) => within ?? []);
    const nested = [...template.text.matchAll(/::(\w+)/g)].map(([, name]) => name ?? '');
    const used = new Set([...usesOf(template).map(({ name }) => name), ...parents, ...nested]);
    const named = new Set(typesOf(template).flatMap(namesIn));
    const isExported = ({ decorators }: { readonly decorators: readonly { readonly name: string }[] }): boolean =>
      decorators.some(({ name }) => name === 'export');
    const existing = template.resources.filter(({ existence }) => existence === 'existing');
    const values = [...template.parameters, ...template.variables, ...existing].filter(({ name }) => !used.has(name));
    const types = template.types.filter(({ name }) => !named.has(name));
    const functions = template.functions.filter(({ name }) => !called.has(name));
    return [
      ...[...values, ...types, ...functions].filter((one) => !isExported(one)),
      ...template.imports.flatMap(({ names, line }) =>
        names
          .filter((name) => !used.has(name) && !called.has(name) && !named.has(name))
          .map((name) => ({ name, line })),
      ),
    ].map(({ name, line }) => at(template, line, `${name} is not used`));
  });
}

const STYLE = /^[a-z][a-zA-Z0-9]*$/;

/** Names are of one style: lower camel case. */
export function checkStyle({ templates }: BicepFiles): readonly string[] {
  return [...templates.values()].flatMap((template) =>
    [...declaredIn(template), ...template.outputs]
      .filter(({ name }) => !STYLE.test(name))
      .map(({ name, line }) => at(template, line, `${name} is not in lower camel case`)),
  );
}

/** Every parameter and output says what it is. */
export function checkDescribed({ templates }: BicepFiles): readonly string[] {
  return [...templates.values()].flatMap((template) =>
    [...template.parameters, ...template.outputs]
      .filter(({ decorators }) => !decorators.some(({ name }) => name === 'description'))
      .map(({ name, line }) => at(template, line, `${name} is not described`)),
  );
}

const typesOf = ({ parameters, types, outputs }: Template): readonly Type[] =>
  [...parameters, ...types, ...outputs].map(({ type }) => type);

function namesIn(type: Type): readonly string[] {
  if (type.kind === 'named') return [type.name];
  if (type.kind === 'list') return namesIn(type.of);
  if (type.kind === 'either') return type.of.flatMap(namesIn);
  return type.kind === 'shape' ? type.fields.flatMap((field) => namesIn(field.type)) : [];
}
