import { Fault, type FaultCode, toFault } from '../../../shared/fault.ts';
import type { Change } from '../../../shared/plan/change.ts';
import { toHold } from '../../../shared/plan/refused.ts';
import type { Outcome } from '../../../shared/ports.ts';
import type { AttachmentId } from '../../../shared/words.ts';
import { needsOf, type Call } from '../permissions.ts';
import { classify, explain } from '../refusals/faults.ts';
import type { Refusal } from '../refusals/refusal.ts';
import type { Ending } from './operation.ts';

/** What was done for a change, and how that ended. */
export interface Doing {
  readonly change: Change;
  readonly attachment: AttachmentId;
  readonly call: Call;
  readonly end: Ending | Fault;
  /** What was done before it, in words, and whether the attachment is still there after that. */
  readonly before: Before | null;
}

export interface Before {
  readonly words: string;
  readonly isThere: 'yes' | 'no';
}

/** How something ended, also when it did so by throwing. */
export const endOf = (work: Promise<Ending>, attempted: string): Promise<Ending | Fault> =>
  work.catch((thrown: unknown) => toFault(thrown, attempted));

/** What became of a change. */
export function toOutcome(doing: Doing): Outcome {
  const { change, attachment, call, end } = doing;
  if (end instanceof Fault) return failed(doing, end.code, end.message);
  const attempt = `${call.attempt} ${attachment}`;
  switch (end.kind) {
    case 'succeeded':
      return { kind: 'done', change, attachment };
    case 'absent':
      return { kind: 'gone', change, detail: `${attempt}: it is not there` };
    case 'unfinished': {
      const detail = `${attempt}: it is still changing, or not as it was read; look again`;
      return { kind: 'conflict', change, detail: withBefore(doing, detail) };
    }
    case 'refused':
      return toRefused(doing, end.refusal, attempt);
  }
}

function toRefused(doing: Doing, refusal: Refusal, attempt: string): Outcome {
  const { change, attachment, call, before } = doing;
  const target = change.kind === 'detach' ? null : change.to.target;
  const detail = `${attempt}: ${explain(refusal, { address: attachment, target, needs: needsOf(call) })}`;
  const meaning = classify(refusal);
  switch (meaning.kind) {
    case 'gone':
    case 'conflict':
      return { kind: meaning.kind, change, detail: withBefore(doing, detail) };
    case 'hold':
      return held(doing, meaning.code, detail);
    case 'busy':
      return failed(doing, 'conflict', `${detail}; another operation holds it, it is tried again`);
    case 'fault':
      // A move that is refused leaves the attachment where it is.
      return isMove(change) && before?.isThere !== 'no' && meaning.code === 'unsupported'
        ? held(doing, 'modify-refused', detail)
        : failed(doing, meaning.code, detail);
  }
}

const isMove = ({ kind }: Change): boolean => kind === 'retarget' || kind === 'modify';

function held(doing: Doing, code: Parameters<typeof toHold>[1], detail: string): Outcome {
  const { change, before } = doing;
  const hold = toHold(change, code, withBefore(doing, detail));
  return { kind: 'held', change, hold: before?.isThere === 'no' ? { ...hold, keeps: null } : hold };
}

const failed = (doing: Doing, code: FaultCode, detail: string): Outcome => ({
  kind: 'failed',
  change: doing.change,
  code,
  detail: withBefore(doing, detail),
});

const withBefore = ({ before }: Doing, detail: string): string =>
  before === null ? detail : `${before.words}; ${detail}`;
