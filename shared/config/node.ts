import { type Alias, isAlias, isMap, isNode, isScalar, isSeq, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { formatPath, labelOf, type Path } from './path.ts';
import type { Places } from './places.ts';
import type { Problem } from './problem.ts';

/** Aliases count as often as they are used, so that a few lines cannot stand for billions of values. */
const MOST_VALUES = 100_000;
/** Aliases nest what the parser saw flat. */
const DEEPEST = 100;

/** These mean something to JavaScript objects, and nothing to a rules file. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

/** The data that a node stands for, with the place of every value noted, and what is wrong with its YAML. */
export function readNode(
  root: YAMLMap,
  places: Places,
): { readonly value: unknown; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const anchors = new Map<string, unknown>();
  let values = 0;

  function read(node: unknown, path: Path, keyAt: number | null): unknown {
    values += 1;
    const at = isNode(node) ? (node.range?.[0] ?? 0) : (keyAt ?? 0);
    const source = isScalar(node) ? (node.source ?? null) : null;
    places.note(path, { key: keyAt ?? at, value: at, source });
    if (values > MOST_VALUES || path.length > DEEPEST) return tooMuch(at);
    if (isAlias(node)) return readAlias(node, path, keyAt ?? at);
    if (isNode(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    if (isMap(node)) return readMap(node, path);
    if (isSeq(node)) return readList(node, path);
    return isScalar(node) ? node.value : null;
  }

  function tooMuch(at: number): null {
    const message = `from here on there are more than ${MOST_VALUES} values or ${DEEPEST} levels; aliases count as often as they are used`;
    if (!problems.some((problem) => problem.message === message)) problems.push(places.errorAt(at, message));
    return null;
  }

  function readAlias(alias: Alias, path: Path, keyAt: number): unknown {
    if (anchors.has(alias.source) && values <= MOST_VALUES) return read(anchors.get(alias.source), path, keyAt);
    problems.push(
      places.error(
        path,
        'value',
        `\`*${alias.source}\` names no anchor before it; write \`&${alias.source}\` at what it stands for`,
      ),
    );
    return null;
  }

  const readList = ({ items }: YAMLSeq, path: Path): readonly unknown[] =>
    items.map((item, at) => read(item, [...path, at], null));

  function readMap({ items }: YAMLMap, path: Path): Readonly<Record<string, unknown>> {
    const map = Object.create(null) as Record<string, unknown>;
    const seen = new Map<string, number>();
    for (const pair of items) readPair(pair, path, map, seen);
    return map;
  }

  function readPair(pair: Pair, path: Path, map: Record<string, unknown>, seen: Map<string, number>): void {
    const key = findKey(pair.key);
    if (key === null) {
      const at = isNode(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
      problems.push(places.errorAt(at, `a key of ${labelOf(path)} must be plain text`));
      return;
    }
    const first = seen.get(key.text);
    if (first !== undefined || RESERVED.has(key.text)) {
      const message =
        first === undefined
          ? `\`${key.text}\` cannot be a name here; choose another`
          : `\`${key.text}\` is written twice, first on line ${places.lineOf(first)}; keep one of them`;
      problems.push({ ...places.errorAt(key.at, message), path: formatPath([...path, key.text]) });
      return;
    }
    seen.set(key.text, key.at);
    map[key.text] = read(pair.value, [...path, key.text], key.at);
  }

  return { value: read(root, [], null), problems };
}

/** A key as it is written: `123456789012` and `on` name something here, they do not count or switch anything. */
function findKey(key: unknown): { readonly text: string; readonly at: number } | null {
  if (!isScalar(key)) return null;
  return { text: typeof key.value === 'string' ? key.value : (key.source ?? ''), at: key.range?.[0] ?? 0 };
}
