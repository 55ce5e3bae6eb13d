import { toInstant } from '../../ids.ts';
import type { Deps } from '../../ports.ts';
import type { NonEmpty, Scope } from '../../words.ts';
import type { Work } from '../../work.ts';
import { isLateToList } from '../deadline.ts';
import type { Invocation } from '../invocation.ts';
import { recordFault } from '../record.ts';
import { toScopeKey } from '../scope.ts';
import { sweepScope } from '../sweep.ts';
import type { Item } from './look-group.ts';

/**
 * Sweeps a scope once, however many messages of a batch ask for it. Never throws.
 * @returns The items to be delivered again.
 */
export async function sweepOnce(deps: Invocation, scope: Scope, items: NonEmpty<Item>): Promise<readonly string[]> {
  if (isLateToList(deps)) return askForSweep(deps, scope, items, 0);
  const { correlation } = items[0].work;
  // What a sweep finds has waited since the sweep, however long ago the event was that asked for it.
  const since = toInstant(deps.clock.now());
  try {
    await sweepScope(deps, scope, { correlation, since });
    return [];
  } catch {
    // `sweepScope` has journaled it.
    return items.map(({ id }) => id);
  }
}

/** What asked for more disruptions than a batch may make. */
export interface TooMuch {
  readonly items: NonEmpty<Item>;
  readonly sweepInSeconds: number;
}

/**
 * Asks for a sweep of a scope, however many batches of a storm do. Never throws.
 * @returns The items to be delivered again.
 */
export async function askForOneSweep(deps: Deps, scope: Scope, asked: TooMuch): Promise<readonly string[]> {
  const { items, sweepInSeconds } = asked;
  const delaySeconds = deps.requests.findDelay(scope, deps.clock.now(), sweepInSeconds);
  if (delaySeconds === null) return [];
  const failed = await askForSweep(deps, scope, items, delaySeconds);
  if (failed.length > 0) deps.requests.withdraw(scope);
  return failed;
}

async function askForSweep(
  deps: Deps,
  scope: Scope,
  items: NonEmpty<Item>,
  delaySeconds: number,
): Promise<readonly string[]> {
  const { correlation, since } = items[0].work;
  const work: Work = { kind: 'sweep', scope, correlation, since, follows: null };
  try {
    await deps.queues.send('bulk', [work], delaySeconds);
    return [];
  } catch (thrown) {
    recordFault(deps, { correlation, scope }, thrown, `asking for a sweep of ${toScopeKey(scope)}`);
    return items.map(({ id }) => id);
  }
}
