import * as v from 'valibot';
import type { NonEmpty } from '../words.ts';
import type { Finding } from './check.ts';
import { readDocument, type FileKind } from './document.ts';
import { explainFinding, explainIssue } from './explain.ts';
import type { Places } from './places.ts';
import type { Problem } from './problem.ts';

/** What is asked of a file that people write. */
export interface Expected<Value> {
  readonly kind: FileKind;
  readonly schema: v.GenericSchema<unknown, Value>;
  /** What the parts of the file say of each other; it takes any data. */
  readonly check: (data: unknown) => readonly Finding[];
}

export type CheckedFile<Value> =
  { readonly kind: 'valid'; readonly value: Value; readonly places: Places } | InvalidFile;

export interface InvalidFile {
  readonly kind: 'invalid';
  readonly problems: NonEmpty<Problem>;
}

/** What a text in YAML or JSON says, or everything that is wrong with it at once, in the order of the file. Never throws. */
export function checkedFile<Value>(text: string, { kind, schema, check }: Expected<Value>): CheckedFile<Value> {
  const document = readDocument(text, kind);
  if (document.kind === 'unreadable') return toInvalid(document.problems);
  const { value, places } = document;
  const shape = v.safeParse(schema, value);
  const problems = [
    ...document.problems,
    ...(shape.issues ?? []).map((issue) => explainIssue(issue, places)),
    ...check(value).map((finding) => explainFinding(finding, places)),
  ];
  if (!shape.success || problems.length > 0) return toInvalid(problems);
  return { kind: 'valid', value: shape.output, places };
}

function toInvalid(problems: readonly Problem[]): InvalidFile {
  const [first, ...rest] = firstOfEachKind([...problems].sort(inFileOrder));
  if (first === undefined) throw new Error('a file without problems is not invalid');
  return { kind: 'invalid', problems: [first, ...rest] };
}

/** A number that is neither whole nor large enough is wrong once. */
const firstOfEachKind = (problems: readonly Problem[]): readonly Problem[] =>
  [...Map.groupBy(problems, ({ path, message, line }) => `${line} ${path} ${message}`).values()].flatMap(
    ([first]) => first ?? [],
  );

export const inFileOrder = (a: Problem, b: Problem): number => a.line - b.line || a.column - b.column;
