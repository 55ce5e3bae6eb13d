import { allIn, type Expression } from '../expression.ts';
import type { Template } from '../template.ts';

/** The expressions that a template consists of, outermost only; decorators are not among them. */
export const expressionsOf = (template: Template): readonly Expression[] => [
  ...template.parameters.flatMap(({ value }) => (value === null ? [] : [value])),
  ...template.variables.map(({ value }) => value),
  ...template.functions.map(({ body }) => body),
  // What is declared in another resource is not in that one's expression.
  ...template.resources.map(({ declared }) => declared),
  ...template.modules.map(({ declared }) => declared),
  ...template.outputs.map(({ value }) => value),
];

/** All expressions of a template, those in others too. */
export const everyExpression = (template: Template): readonly Expression[] => expressionsOf(template).flatMap(allIn);

type Call = Expression & { readonly kind: 'call' };

export const callsOf = (template: Template): readonly Call[] =>
  everyExpression(template).filter((expression) => expression.kind === 'call');

/** Something wrong, with where it stands. */
export const at = ({ file }: { readonly file: string }, line: number, what: string): string =>
  `${file}:${line}: ${what}`;

/** The values that an expression may have: of a choice both. */
export function alternativesOf(expression: Expression): readonly Expression[] {
  if (expression.kind !== 'choice') return [expression];
  return [...alternativesOf(expression.whenTrue), ...alternativesOf(expression.whenFalse)];
}
