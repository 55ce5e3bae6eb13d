import { Composer, type Document, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser } from 'yaml';
import { readNode } from './node.ts';
import { createPlaces, type Places } from './places.ts';
import type { Problem } from './problem.ts';

/** What a file is, as sentences about it say. */
export interface FileKind {
  /** As `a rules file`. */
  readonly name: string;
  /** What its first lines are. */
  readonly beginning: string;
}

/** A file as data, with the place of every value. Its problems do not keep the rest from being judged. */
export interface Read {
  readonly kind: 'read';
  readonly value: unknown;
  readonly places: Places;
  readonly problems: readonly Problem[];
}

/** Files that people write have a few kilobytes; what is larger is something else, and is not worth the time to parse. */
const LONGEST_TEXT = 1_000_000;
/** The deepest conditions have a dozen levels; the parser's recursion ends far above this. */
const DEEPEST = 200;
/** One wrong indentation makes a problem of every line below it. */
const MOST_SYNTAX_PROBLEMS = 20;

/** Reads YAML 1.2, of which JSON is a part. */
export function readDocument(
  text: string,
  kind: FileKind,
): Read | { readonly kind: 'unreadable'; readonly problems: readonly Problem[] } {
  const lines = new LineCounter();
  const places = createPlaces(lines);
  const unreadable = (offset: number, message: string) =>
    ({ kind: 'unreadable', problems: [places.errorAt(offset, message)] }) as const;

  if (text.length > LONGEST_TEXT)
    return unreadable(0, `the file has ${text.length} characters, ${kind.name} at most ${LONGEST_TEXT}`);
  const documents = compose(text, lines);
  if (!Array.isArray(documents))
    return unreadable(documents.tooDeepAt, `this is nested more than ${DEEPEST / 2} levels deep, ${kind.name} is not`);
  const [document, second] = documents;
  const complaints = documents.slice(0, 2).flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  if (complaints.length > 0) {
    const problems = complaints.map(({ pos, message }) => places.errorAt(pos[0], `not YAML: ${message}`));
    return { kind: 'unreadable', problems: problems.slice(0, MOST_SYNTAX_PROBLEMS) };
  }
  if (second !== undefined)
    return unreadable(
      second.range[0],
      `a second document starts here; ${kind.name} is one document, without \`---\` inside`,
    );
  const { contents } = document ?? {};
  if (!isMap(contents)) return unreadable(contents?.range?.[0] ?? 0, describeContents(contents, kind));
  return { kind: 'read', places, ...readNode(contents, places) };
}

/** What stands where a map should. */
function describeContents(contents: unknown, { name, beginning }: FileKind): string {
  const wanted = `${name} is a map that begins with ${beginning}`;
  if (isSeq(contents)) return `this is a list; ${wanted}`;
  if (isScalar(contents) || isAlias(contents)) return `this is a single value; ${wanted}`;
  return `the file is empty; ${wanted}`;
}

/**
 * The documents in a text, or where it is too deep. The composer recurses, so what is too deep is turned away before; this
 * is why the parser's steps are taken here one by one.
 */
function compose(text: string, lines: LineCounter): Document.Parsed[] | { readonly tooDeepAt: number } {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const tokens = [];
  let read = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > DEEPEST) return { tooDeepAt: read };
    read += lexeme.length;
  }
  tokens.push(...parser.end());
  // Duplicate keys are found by `readNode`, all of them and in linear time.
  return [...new Composer({ uniqueKeys: false, prettyErrors: false }).compose(tokens, true, text.length)];
}
