import type { Name } from '../config/config.ts';
import type { NonEmpty, RuleName } from '../words.ts';

/** A destination or a pool that rules ask for on one source. Nothing is known yet of whether it serves the source. */
export interface Ask {
  readonly name: Name;
  /** In file order; the first one gives the ask its place. */
  readonly rules: NonEmpty<RuleName>;
}

/** What all rules together say of one source. */
export interface Evaluation {
  /** In rule order, then in the order of the names in the rule or the tag; each name once. */
  readonly asks: readonly Ask[];
  /** Rules that wish something that cannot be told; what exists stays. */
  readonly unclear: readonly {
    readonly code: 'unknown-destination' | 'until-unreadable';
    readonly rule: RuleName;
    readonly detail: string;
  }[];
  /** `opted-out` names the rules whose wishes a `never` rule took away; `expired` the rule whose time has passed. */
  readonly notes: readonly {
    readonly code: 'opted-out' | 'expired';
    readonly rules: NonEmpty<RuleName>;
    readonly detail: string;
  }[];
}
