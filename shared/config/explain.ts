import type * as v from 'valibot';
import type { Finding } from './check.ts';
import { labelOf, type Path } from './path.ts';
import type { Places } from './places.ts';
import type { Problem } from './problem.ts';

/** What the schema finds wrong, as a problem at its place. */
export function explainIssue(issue: v.BaseIssue<unknown>, places: Places): Problem {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
  const isKey = issue.path?.at(-1)?.origin === 'key';
  const isMissing = issue.kind === 'schema' && isKey && issue.received === 'undefined';
  // A key that is missing has no place: the map that lacks it does.
  const at: Finding['at'] = isKey || issue.type === 'raw_check' ? 'key' : 'value';
  return explainFinding(
    { path, at: isMissing ? 'value' : at, message: sayUnquoted(issue, path, places) ?? issue.message },
    places,
  );
}

/** A finding as a problem at its place; what its key must be is said of that key. */
export function explainFinding({ path, at, message }: Finding, places: Places): Problem {
  return places.error(path, at, message.startsWith('must ') ? `${labelOf(path)} ${message}` : message);
}

/** YAML makes numbers and truth values of what is not in quotes, and loses how it was written: `012` would become 12. */
function sayUnquoted({ expected, input }: v.BaseIssue<unknown>, path: Path, places: Places): string | null {
  if (input === null) return 'must not be empty; leave the key out, or say what it is';
  if (expected !== 'string' || (typeof input !== 'number' && typeof input !== 'boolean')) return null;
  return `must be text, and YAML takes this for a ${typeof input === 'number' ? 'number' : 'truth value'}; write it in quotes: "${places.findSource(path) ?? String(input)}"`;
}
