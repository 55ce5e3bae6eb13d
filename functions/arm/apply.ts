import { type FaultCode, toFault } from '../../shared/fault.ts';
import { parseAttachmentId } from '../../shared/ids.ts';
import { findMarkInName, toMarkName } from '../../shared/mark.ts';
import type { Change } from '../../shared/plan/change.ts';
import { toHold } from '../../shared/plan/refused.ts';
import type { Outcome } from '../../shared/ports.ts';
import type { AttachmentId, Owner } from '../../shared/words.ts';
import type { Exchange, Request } from './exchange.ts';
import { classify, explain, type Refusal } from './faults.ts';
import { carryOut } from './operation.ts';
import type { Pause } from './patience.ts';
import { CALLS } from './permissions.ts';
import { findResource } from './resource-id.ts';

export interface Hand {
  readonly exchange: Exchange;
  readonly pause: Pause;
}

/**
 * Carries out one change, to the end of the operation that it starts. An attachment of ours is a TAP configuration of the
 * mark's name; moving it is one PUT of the same name, so that there is no gap.
 */
export async function applyChange({ exchange, pause }: Hand, change: Change, owner: Owner): Promise<Outcome> {
  const attachment = attachmentOf(change, owner);
  if (findMarkInName(findResource(attachment)?.name ?? '') === null) {
    return failed(change, 'unexpected', `${attachment} does not bear our mark: it was left alone; report this`);
  }
  const request = toRequest(change, attachment);
  try {
    const ending = await carryOut(exchange, request, pause);
    switch (ending.kind) {
      case 'succeeded':
        return { kind: 'done', change, attachment };
      case 'absent':
        return { kind: 'gone', change, detail: `${request.call.attempt} ${attachment}: it is not there` };
      case 'unfinished':
        return { kind: 'conflict', change, detail: `${request.call.attempt} ${attachment}: still running; look again` };
      case 'refused':
        return toOutcome(change, request, ending.refusal);
    }
  } catch (thrown) {
    const fault = toFault(thrown, `${request.call.attempt} ${attachment}`);
    return failed(change, fault.code, fault.message);
  }
}

const attachmentOf = (change: Change, owner: Owner): AttachmentId =>
  change.kind === 'attach'
    ? parseAttachmentId(`${change.source}/tapConfigurations/${toMarkName(owner)}`)
    : change.attachment;

function toRequest(change: Change, attachment: AttachmentId): Request {
  if (change.kind === 'detach') return { call: CALLS.deleteTapConfiguration, address: attachment, body: null };
  const body = { properties: { virtualNetworkTap: { id: change.to.target } } };
  return { call: CALLS.putTapConfiguration, address: attachment, body };
}

function toOutcome(change: Change, { call, address }: Request, refusal: Refusal): Outcome {
  const meaning = classify(refusal);
  const detail = `${call.attempt} ${address}: ${explain(refusal)}`;
  switch (meaning.kind) {
    case 'gone':
      return { kind: 'gone', change, detail };
    case 'conflict':
      return { kind: 'conflict', change, detail };
    case 'hold':
      return { kind: 'held', change, hold: toHold(change, meaning.code, detail) };
    case 'busy':
      return failed(change, 'conflict', `${detail}; another operation holds it, it is tried again`);
    case 'fault':
      return toFailure(
        change,
        meaning.code,
        meaning.code === 'denied' ? `${detail}; ${needs(call.needs, address)}` : detail,
      );
  }
}

/** A move that is refused leaves the attachment where it is. */
function toFailure(change: Change, code: FaultCode, detail: string): Outcome {
  const isMove = change.kind === 'retarget' || change.kind === 'modify';
  if (isMove && code === 'unsupported') return { kind: 'held', change, hold: toHold(change, 'modify-refused', detail) };
  return failed(change, code, detail);
}

const needs = (permissions: readonly string[], id: string): string => `needs ${permissions.join(' and ')} on ${id}`;

const failed = (change: Change, code: FaultCode, detail: string): Outcome => ({ kind: 'failed', change, code, detail });
