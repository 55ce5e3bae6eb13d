import type { BicepFiles } from '../files.ts';
import { DECORATORS, FUNCTIONS } from './known-functions.ts';
import { inWords, misfits, type Field, type Type } from '../type.ts';
import type { Expression } from '../expression.ts';
import type { Parameter, Template } from '../template.ts';
import { at, callsOf } from './every-expression.ts';

const namedTypesOf = ({ types }: Template): ReadonlyMap<string, Type> =>
  new Map(types.map(({ name, type }) => [name, type]));

/** What of a value does not fit a parameter. */
export function misfitsOf(
  value: Expression,
  { name, type, allowed }: Parameter,
  template: Template,
): readonly string[] {
  const literals = allowed?.flatMap((one) => (one.kind === 'literal' ? [one.value] : [])) ?? null;
  const isRefused = value.kind === 'literal' && literals !== null && !literals.includes(value.value);
  return [
    ...misfits(value, type, namedTypesOf(template)).map((what) => `${name}: ${what}`),
    ...(isRefused ? [`${name}: ${value.source} is not allowed: ${literals.join(', ')}`] : []),
  ];
}

/** Defaults and outputs are of their types, and allowed. */
export function checkTypes({ templates }: BicepFiles): readonly string[] {
  return [...templates.values()].flatMap((template) => [
    ...template.parameters.flatMap((parameter) =>
      (parameter.value === null ? [] : misfitsOf(parameter.value, parameter, template)).map((what) =>
        at(template, parameter.line, what),
      ),
    ),
    ...template.outputs.flatMap(({ value, type, line }) =>
      misfits(value, type, namedTypesOf(template)).map((what) => at(template, line, `${what} (${inWords(type)})`)),
    ),
  ]);
}

/** What is told apart by a property has that property everywhere, each time with another literal. */
export function checkDiscriminated({ templates }: BicepFiles): readonly string[] {
  return [...templates.values()].flatMap((template) =>
    [...template.types, ...template.parameters, ...template.outputs].flatMap(({ name, type, line, decorators }) => {
      const by = decorators.find((decorator) => decorator.name === 'discriminator')?.given[0];
      if (by?.kind !== 'literal') return [];
      const kinds = shapesOf(type, template).map((fields) => fields.find((field) => field.name === by.value)?.type);
      const literals = new Set(kinds.map((kind) => (kind?.kind === 'exactly' ? kind.value : null)));
      const isTold = literals.size === kinds.length && !literals.has(null);
      return isTold ? [] : [at(template, line, `${name} is not told apart by ${String(by.value)}`)];
    }),
  );
}

/** The fields of each object that a type may be; of what is no object, none. */
function shapesOf(type: Type, template: Template): readonly (readonly Field[])[] {
  if (type.kind === 'shape') return [type.fields];
  if (type.kind === 'either') return type.of.flatMap((one) => shapesOf(one, template));
  const named = type.kind === 'named' ? namedTypesOf(template).get(type.name) : undefined;
  if (named !== undefined) return shapesOf(named, template);
  return type.kind === 'exactly' && type.value === null ? [] : [[]];
}

/** Only functions and decorators that Bicep has. */
export function checkFunctions({ templates }: BicepFiles): readonly string[] {
  return [...templates.values()].flatMap((template) => {
    const own = new Set([
      ...template.functions.map(({ name }) => name),
      ...template.imports.flatMap(({ names }) => names),
    ]);
    const calls = callsOf(template).filter(({ name }) => !FUNCTIONS.has(name) && !own.has(name));
    const decorated = [...template.parameters, ...template.outputs, ...template.resources, ...template.modules];
    return [
      ...calls.map(({ name, line }) => at(template, line, `${name}() is no known function`)),
      ...[...decorated, ...template.types, ...template.variables].flatMap(({ decorators, line }) =>
        decorators
          .filter(({ name }) => !DECORATORS.has(name))
          .map(({ name }) => at(template, line, `@${name}() is no known decorator`)),
      ),
    ];
  });
}
