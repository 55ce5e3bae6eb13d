import type { Name } from '../config/config.ts';
import { findEpochMs } from '../ids.ts';
import type { RuleName } from '../words.ts';
import type { CompiledRule } from './compile.ts';
import type { Facts } from './facts.ts';

/** What one rule whose condition holds says of one source. */
export type Answer =
  | { readonly kind: 'never' }
  | {
      readonly kind: 'asks';
      readonly names: readonly Name[];
      /** Why some of what its tag names cannot be told; `null` when all can. */
      readonly unclear: string | null;
    }
  | { readonly kind: 'expired'; readonly detail: string }
  | { readonly kind: 'opted-out'; readonly detail: string }
  /** Whether its time has passed cannot be told. */
  | { readonly kind: 'until-unreadable'; readonly detail: string };

const NEVER: Answer = { kind: 'never' };

/** Answers for one source at one time; `nevers` are the `never` rules that hold for it. */
export function answererOf(facts: Facts, nowMs: number, nevers: readonly RuleName[]): (rule: CompiledRule) => Answer {
  return (rule) => {
    if (rule.asks === null) return NEVER;
    const until = timeOf(rule, facts, nowMs);
    if (until === 'over') return { kind: 'expired', detail: `${rule.name} wished until then` };
    if (nevers.length > 0 && !rule.isRequired) {
      return { kind: 'opted-out', detail: `${nevers.join(', ')} takes it away` };
    }
    if (until === 'unreadable') return { kind: 'until-unreadable', detail: sayUnreadable(rule, facts) };
    return { kind: 'asks', ...rule.asks(facts) };
  };
}

/** Where a rule stands to the time that its tag names; without the tag it has no end. */
function timeOf({ until }: CompiledRule, facts: Facts, nowMs: number): 'open' | 'over' | 'unreadable' {
  const text = until?.read(facts);
  if (text === undefined) return 'open';
  const endMs = findEpochMs(text);
  if (endMs === null) return 'unreadable';
  return nowMs < endMs ? 'open' : 'over';
}

const sayUnreadable = ({ until }: CompiledRule, facts: Facts): string =>
  `tag ${until?.tag ?? ''} is '${until?.read(facts) ?? ''}', which is no ISO 8601 time`;
