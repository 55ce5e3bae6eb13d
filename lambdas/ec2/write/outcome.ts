import type { Change } from '../../../shared/plan/change.ts';
import { toHold } from '../../../shared/plan/refused.ts';
import type { Outcome } from '../../../shared/ports.ts';
import type { Scope } from '../../../shared/words.ts';
import { describeRefusal, faultCodeOf, formatRefusal, toRefusal, type Refusal } from '../faults.ts';
import type { Permission } from '../permissions.ts';
import { findRuling, type Ruling } from './rulings.ts';

const isAnsweredBy4xx = ({ status }: Refusal): boolean => status !== null && status >= 400 && status < 500;

/** What a refusal means that nobody has a ruling on. */
function judge(refusal: Refusal, verb: Change['kind']): Ruling['becomes'] {
  // Denials, throttling and the like have nothing to do with the change.
  if (faultCodeOf(refusal) !== 'unexpected' || !isAnsweredBy4xx(refusal)) return 'failed';
  // The code for a taken number is not documented: whatever refuses a new session is looked at again in a new read.
  if (verb === 'attach') return 'conflict';
  return verb === 'detach' ? 'failed' : 'modify-refused';
}

/** What became of a change whose call threw. */
export function toOutcome(thrown: unknown, change: Change, permission: Permission, scope: Scope): Outcome {
  const refusal = toRefusal(thrown);
  const on = change.kind === 'attach' ? change.source : change.attachment;
  const ruling = findRuling(refusal, change.kind);
  const detail =
    ruling === null
      ? describeRefusal(refusal, permission, on, scope)
      : `${permission.call} on ${on}: ${formatRefusal(refusal)}; ${ruling.step}`;
  const becomes = ruling?.becomes ?? judge(refusal, change.kind);
  if (becomes === 'gone' || becomes === 'conflict') return { kind: becomes, change, detail };
  if (becomes === 'failed') return { kind: 'failed', change, code: faultCodeOf(refusal), detail };
  return { kind: 'held', change, hold: toHold(change, becomes, detail) };
}
