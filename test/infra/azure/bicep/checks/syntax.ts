import type { BicepFiles } from '../files.ts';
import type { Expression } from '../expression.ts';
import { at, everyExpression } from './every-expression.ts';

/** What cannot be read at all, and what the grammar reads although Bicep does not. */
export function checkSyntax({ templates, parameterFiles }: BicepFiles): readonly string[] {
  const errors = [...templates.values(), ...parameterFiles.values()].flatMap((file) =>
    file.syntaxErrors.map(({ line, text }) => at(file, line, `cannot be read: ${text}`)),
  );
  const crowded = [...templates.values()].flatMap((template) =>
    everyExpression(template).flatMap((expression) =>
      findCrowded(expression).map((line) => at(template, line, 'a comma or a new line is missing')),
    ),
  );
  return [...errors, ...crowded];
}

/** The lines on which two parts of a list or an object stand with only blanks between them. */
function findCrowded(expression: Expression): readonly number[] {
  const parts =
    expression.kind === 'array'
      ? expression.items
      : expression.kind === 'object'
        ? expression.properties.map(({ value }) => value)
        : [];
  const commas = (expression.source.match(/,/g) ?? []).length;
  const lines = new Set(parts.map(({ line }) => line));
  return parts.length > lines.size + commas ? [expression.line] : [];
}
