import { dirname, join, normalize } from 'node:path';
import type { BicepFiles } from '../files.ts';
import { usesIn } from '../expression.ts';
import { at } from './every-expression.ts';
import { misfitsOf } from './values.ts';

/** A file of parameters names a template, and gives it what it requires, nothing else, and what fits. */
export function checkParameterFiles({ templates, parameterFiles }: BicepFiles): readonly string[] {
  return [...parameterFiles.values()].flatMap((parameters) => {
    const { file, using, given, variables } = parameters;
    const template = using === null ? undefined : templates.get(normalize(join(dirname(file), using)));
    if (template === undefined) return [at(parameters, 1, `there is no template ${using ?? ''}`)];
    const names = new Set(given.map(({ name }) => name));
    const known = new Set(variables.map(({ name }) => name));
    const missing = template.parameters.filter(({ name, need }) => need === 'required' && !names.has(name));
    return [
      ...missing.map(({ name }) => at(parameters, 1, `${name} is missing`)),
      ...given.flatMap(({ name, value, line }) => {
        const parameter = template.parameters.find((one) => one.name === name);
        const undeclared = usesIn(value).filter((use) => !known.has(use.name));
        const wrong =
          parameter === undefined
            ? [`${name} is no parameter of ${template.file}`]
            : misfitsOf(value, parameter, template);
        return [...wrong, ...undeclared.map((use) => `${use.name} is not declared`)].map((what) =>
          at(parameters, line, what),
        );
      }),
    ];
  });
}
