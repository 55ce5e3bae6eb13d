import type { LineCounter } from 'yaml';
import { formatPath, type Path } from './path.ts';
import type { Problem } from './problem.ts';

/** Where one value stands in the text, and how it is written there. */
interface Place {
  /** Offset of the map key or of the list item. */
  readonly key: number;
  /** Offset of the value. */
  readonly value: number;
  /** A scalar as it is written, before YAML made a number or a truth value of it. */
  readonly source: string | null;
}

/** Where every value of a rules file stands in its text. */
export interface Places {
  note(path: Path, place: Place): void;
  /** How the scalar at the path is written. */
  findSource(path: Path): string | null;
  /** An error at the path; `at` says which end of `key: value` is to be pointed at. */
  error(path: Path, at: 'key' | 'value', message: string): Problem;
  warning(path: Path, at: 'key' | 'value', message: string): Problem;
  /** An error at an offset of the text. */
  errorAt(offset: number, message: string): Problem;
  lineOf(offset: number): number;
}

const keyOf = (path: Path): string => JSON.stringify(path);

export function createPlaces(lines: LineCounter): Places {
  const places = new Map<string, Place>();

  /** The nearest that is there: of a missing key, the map that lacks it. */
  const findPlace = (path: Path): Place | null => {
    const place = places.get(keyOf(path)) ?? null;
    return place !== null || path.length === 0 ? place : findPlace(path.slice(0, -1));
  };
  const positionOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problem =
    (severity: Problem['severity']) =>
    (path: Path, at: 'key' | 'value', message: string): Problem => ({
      severity,
      ...positionOf(findPlace(path)?.[at] ?? 0),
      path: formatPath(path),
      message,
    });

  return {
    note: (path, place) => void places.set(keyOf(path), place),
    findSource: (path) => places.get(keyOf(path))?.source ?? null,
    error: problem('error'),
    warning: problem('warning'),
    errorAt: (offset, message) => ({ severity: 'error', ...positionOf(offset), path: '', message }),
    lineOf: (offset) => positionOf(offset).line,
  };
}
