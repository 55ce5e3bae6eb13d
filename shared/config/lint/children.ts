import type { Condition } from '../config.ts';
import type { Path } from '../path.ts';

/** The conditions directly inside another, each with its place in the file. */
export function childrenOf(condition: Condition, path: Path): readonly (readonly [Condition, Path])[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.map((child, at) => [child, [...path, condition.kind, at]]);
    case 'not':
      return [[condition.of, [...path, 'not']]];
    case 'tag-exists':
    case 'tag-in':
    case 'tag-glob':
    case 'attribute':
      return [];
  }
}

/** What must hold, or must not, for a condition to hold. */
export interface Demand {
  readonly holds: boolean;
  readonly condition: Condition;
}

/** Everything that a condition demands at once: `all` and the `not` of an `any` taken apart, other conditions as they are. */
export function demandsOf(condition: Condition, wanted: 'yes' | 'no' = 'yes'): readonly Demand[] {
  if (condition.kind === 'not') return demandsOf(condition.of, wanted === 'yes' ? 'no' : 'yes');
  if (condition.kind === (wanted === 'yes' ? 'all' : 'any'))
    return condition.of.flatMap((one) => demandsOf(one, wanted));
  return [{ holds: wanted === 'yes', condition }];
}
