import { isMap, isPair, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';
import type { Problem } from './problem.ts';

/** Where something stands in a rules file: keys and positions from the top. */
export type Path = readonly (string | number)[];

/** A rules file as data, and where each part of it stands. */
export interface RulesDocument {
  readonly data: unknown;
  /** The problem at a path: at the key itself, or at what the key holds. */
  problemAt(path: Path, at: 'key' | 'value', message: string, severity?: Problem['severity']): Problem;
}

/** Rules files are small; what is larger is not a rules file. */
const MOST_CHARACTERS = 1_000_000;
/** Aliases that expand to more than this are an attack, not a rules file. */
const MOST_ALIASES = 100;

/** YAML 1.2, of which JSON is a part: `off` and `no` are text. Never throws. */
export function readDocument(text: string): RulesDocument | readonly Problem[] {
  if (text.length > MOST_CHARACTERS) {
    return [problem(1, 1, [], `a rules file has at most ${MOST_CHARACTERS} characters; this has ${text.length}`)];
  }
  const lines = new LineCounter();
  try {
    return read(text, lines);
  } catch (thrown) {
    // The parser recurses, and refuses aliases that multiply, by throwing.
    const said = thrown instanceof RangeError ? 'it is nested too deeply' : String((thrown as Error).message);
    return [problem(1, 1, [], `this is no YAML: ${said}`)];
  }
}

function read(text: string, lines: LineCounter): RulesDocument | readonly Problem[] {
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const [document, second] = Array.isArray(documents) ? documents : [];
  if (document === undefined)
    return [problem(1, 1, [], 'the file is empty; it needs at least `version: 1` and an `owner`')];
  const errors = [...document.errors, ...document.warnings].map(({ pos, message }) => {
    const { line, col } = lines.linePos(pos[0]);
    return problem(line, col, [], `this is no YAML: ${message}`);
  });
  if (errors.length > 0) return errors;
  if (second !== undefined) {
    const { line, col } = lines.linePos(second.range[0]);
    return [problem(line, col, [], 'a rules file is one document; a second one starts here')];
  }
  const data: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
  return {
    data,
    problemAt: (path, at, message, severity = 'error') => {
      const { line, col } = lines.linePos(offsetOf(document, path, at));
      return { ...problem(line, col, path, message), severity };
    },
  };
}

const problem = (line: number, column: number, path: Path, message: string): Problem => ({
  severity: 'error',
  line: Math.max(1, line),
  column: Math.max(1, column),
  path: formatPath(path),
  message,
});

/** `rules[2].when.tag` */
const formatPath = (path: Path): string =>
  path.reduce<string>(
    (all, part) => (typeof part === 'number' ? `${all}[${part}]` : all === '' ? part : `${all}.${part}`),
    '',
  );

/** The place of the path, or of the nearest thing above it that is there. */
function offsetOf(document: Document, path: Path, at: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, part] of path.entries()) {
    const isLast = depth === path.length - 1;
    if (isMap(node)) {
      const pair: unknown = node.items.find((item) => isPair(item) && keyOf(item.key) === part);
      if (!isPair(pair)) return offset;
      const keyOffset = startOf(pair.key) ?? offset;
      offset = isLast && at === 'key' ? keyOffset : (startOf(pair.value) ?? keyOffset);
      node = pair.value;
    } else if (isSeq(node) && typeof part === 'number') {
      node = node.items[part];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

const startOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0];

const keyOf = (key: unknown): unknown => (key as { readonly value?: unknown } | null)?.value ?? key;
