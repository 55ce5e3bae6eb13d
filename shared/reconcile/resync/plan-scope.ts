import { toInstant } from '../../ids.ts';
import type { Run } from '../../plan/change.ts';
import type { Scope, World } from '../../words.ts';
import { isLate, RESERVE_MS } from '../deadline.ts';
import type { Invocation } from '../invocation.ts';
import type { Order } from '../order.ts';
import { recordFault } from '../record.ts';
import type { Rules } from '../rules.ts';
import { toScopeKey } from '../scope.ts';
import type { Studied, Task } from '../study.ts';
import { study } from '../study.ts';
import type { ResyncRequest } from './request.ts';
import type { Target } from './targets.ts';

/** What was planned in one scope, with the task that it is carried out by. */
export interface Planned {
  readonly task: Task;
  readonly studied: Studied;
  readonly startedMs: number;
}

/** What could not be read of one scope. */
export interface Gap {
  readonly scope: Scope;
  /** Whether there is a plan all the same, in which whatever depends on this is held. */
  readonly isPlanned: boolean;
  readonly why: readonly string[];
}

/** What came of planning one scope: a plan, a gap, or a plan with a gap. */
export interface Planning {
  readonly planned: Planned | null;
  readonly gap: Gap | null;
}

/** What all scopes of one request are planned by. */
export interface Asking {
  readonly request: ResyncRequest;
  readonly rules: Rules;
  readonly correlation: string;
}

const NO_TIME = `no time was left to read it, for nothing is begun in the last ${RESERVE_MS / 1000} s; ask for it by itself, or give the function a minute or longer`;

/** Plans one scope as far as it can be read. Never throws: one account's failure never stops another's. */
export async function planScope(deps: Invocation, asking: Asking, { scope, selection }: Target): Promise<Planning> {
  if (isLate(deps)) return { planned: null, gap: { scope, isPlanned: false, why: [NO_TIME] } };
  const { request, rules, correlation } = asking;
  const startedMs = deps.clock.now();
  // Also of a mere plan: it shows what applying it with the same body would do. Whether it is applied is decided after.
  const run: Run = { kind: 'enforce', seen: null, lift: request.lift };
  const basis = selection.kind === 'everything' ? 'scope' : 'batch';
  const order: Order = {
    scope,
    selection,
    run,
    basis,
    correlation,
    since: toInstant(startedMs),
    trigger: 'resync',
    // A person waits for the answer.
    lane: 'event',
  };
  const task: Task = { aim: 'wished', order, rules, run };
  try {
    const studied = await study(deps, task, selection);
    const why = studied.plan.incomplete;
    const isPlanned = maySayAnything(studied.world);
    return {
      planned: isPlanned ? { task, studied, startedMs } : null,
      gap: why.length === 0 ? null : { scope, isPlanned, why },
    };
  } catch (thrown) {
    const { message } = recordFault(deps, order, thrown, `reading ${toScopeKey(scope)}`);
    return { planned: null, gap: { scope, isPlanned: false, why: [message] } };
  }
}

/**
 * Whether anything can be decided by what was read. Without the attachments nothing may be written, and without sources there is
 * nothing to write to; a plan of that would look as if nothing were to be done.
 */
const maySayAnything = ({ sources, incomplete }: World): boolean =>
  !incomplete.some(({ kind }) => kind === 'attachments' || (kind === 'sources' && sources.length === 0));
