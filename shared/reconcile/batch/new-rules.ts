import { toInstant } from '../../ids.ts';
import type { Deps, RulesBefore } from '../../ports.ts';
import { ASKED_EVERY_MS } from '../../rules-source.ts';
import type { RulesVersion, Scope } from '../../words.ts';
import type { Work } from '../../work.ts';
import { groupBy } from '../../group-by.ts';
import type { Invocation } from '../invocation.ts';
import { recordFault } from '../record.ts';
import type { Item } from './look-group.ts';

/** By then no process takes the rules before for those in force, but for what it has begun. */
const KNOWN_TO_ALL_SECONDS = ASKED_EVERY_MS / 1000 + 1;

/** The rules that this process judged by before, when others are in force now; `null`: the same, the first, or nothing is judged. */
export async function findRulesBefore(deps: Invocation): Promise<RulesBefore | null> {
  if (deps.mode() === 'paused' || deps.rules.followedBy === 'watcher') return null;
  const loaded = await deps.rules.load().catch(() => null);
  // Whoever needs them in this invocation tells why there are none.
  return loaded === null ? null : deps.requests.judgeBy(loaded.version, deps.clock.now());
}

/**
 * Asks for a sweep of everything that this deployment keeps, since its rules are others than those that this process judged by
 * before, and fewer events than machines come by. Never throws: the sweep by the clock comes all the same.
 *
 * Each warm process finds the new rules for itself and asks; what the first message of a scope had swept answers the others
 * ({@link isFollowed}), so that a scope is swept as often as processes read the bulk queue, at most. One that learns of the rules
 * by such a message does not ask.
 */
export async function followNewRules(deps: Invocation, items: readonly Item[], before: RulesBefore): Promise<void> {
  const { version } = await deps.rules.load();
  if (items.some(({ work }) => work.kind === 'sweep' && work.follows === version)) return;
  const correlation = deps.newId();
  const asked: Scope[] = [];
  try {
    const delays = (await deps.cloud.scopes()).flatMap((scope) => {
      if (deps.requests.isSwept({ scope, rulesVersion: version, nowMs: before.atMs })) return [];
      const seconds = deps.requests.findDelay(scope, deps.clock.now(), KNOWN_TO_ALL_SECONDS);
      if (seconds === null) return [];
      asked.push(scope);
      return [{ scope, seconds }];
    });
    for (const [first, ...others] of groupBy(delays, ({ seconds }) => String(seconds)).values()) {
      const toWork = toSweepFor({ version, correlation, before });
      await deps.queues.send('bulk', [toWork(first), ...others.map(toWork)], first.seconds);
    }
  } catch (thrown) {
    recordFault(deps, { correlation, scope: null }, thrown, 'asking for sweeps by the new rules');
    for (const scope of asked) deps.requests.withdraw(scope);
    // The next invocation finds that the rules are others, and asks.
    deps.requests.judgeBy(before.version, before.atMs);
  }
}

/** What the messages of one asking have in common. */
interface Asking {
  readonly version: RulesVersion;
  readonly correlation: string;
  readonly before: RulesBefore;
}

const toSweepFor =
  ({ version, correlation, before }: Asking) =>
  ({ scope }: { readonly scope: Scope }): Work => ({
    kind: 'sweep',
    scope,
    correlation,
    since: toInstant(before.atMs),
    follows: version,
  });

/** Whether a message asks for a sweep because of new rules, and this process has since swept the scope by them. */
export const isFollowed = (requests: Deps['requests'], work: Work): boolean =>
  work.kind === 'sweep' &&
  work.follows !== null &&
  requests.isSwept({ scope: work.scope, rulesVersion: work.follows, nowMs: Date.parse(work.since) });
