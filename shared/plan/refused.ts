import type { HoldCode } from '../reason.ts';
import type { Change, Hold } from './change.ts';

/** A change as a hold, when it is the cloud that withholds it: what there is of ours stays. */
export const toHold = (change: Change, code: HoldCode, detail: string): Hold => ({
  source: change.source,
  machine: change.machine,
  code,
  destination: change.kind === 'detach' ? null : change.destination,
  rules: change.kind === 'detach' ? [] : change.rules,
  keeps: change.kind === 'attach' ? null : change.attachment,
  blockedBy: [],
  detail,
});
