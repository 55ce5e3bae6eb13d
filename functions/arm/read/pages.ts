import { Fault, type FaultCode } from '../../../shared/fault.ts';
import { findTextAt, listAt } from '../../json.ts';
import { needsOf, type Call } from '../permissions.ts';
import { classify, explain } from '../refusals/faults.ts';
import { findRefusal, type Refusal } from '../refusals/refusal.ts';
import { type Exchange, nameAddress } from '../traffic/wire.ts';

/** What became of reading one resource; what is absent is known not to be there, what is unread may be. */
export type ReadOne =
  | { readonly kind: 'found'; readonly body: unknown }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unread'; readonly fault: Fault };

/** What became of listing: every page, or not at all. */
export type ReadAll =
  { readonly kind: 'found'; readonly bodies: readonly unknown[] } | { readonly kind: 'unread'; readonly fault: Fault };

export async function readOne(exchange: Exchange, call: Call, id: string): Promise<ReadOne> {
  try {
    const answer = await exchange({ call, address: id, body: null });
    const refusal = findRefusal(answer);
    if (refusal === null) return { kind: 'found', body: answer.body };
    if (classify(refusal).kind === 'gone') return { kind: 'absent' };
    return { kind: 'unread', fault: toReadFault(refusal, call, id) };
  } catch (thrown) {
    return { kind: 'unread', fault: toUnread(thrown, call, id) };
  }
}

/** Follows the address of each next page as it is: it holds the service's own token. */
export async function readAll(exchange: Exchange, call: Call, collection: string): Promise<ReadAll> {
  const bodies: unknown[] = [];
  const followed = new Set<string>();
  try {
    for (let address: string | null = collection; address !== null;) {
      if (followed.has(address)) throw new Fault('unexpected', 'the pages lead back to a page that was read');
      followed.add(address);
      const answer = await exchange({ call, address, body: null });
      const refusal = findRefusal(answer);
      if (refusal !== null) return { kind: 'unread', fault: toReadFault(refusal, call, collection) };
      bodies.push(...listAt(answer.body, 'value'));
      address = findTextAt(answer.body, 'nextLink');
    }
    return { kind: 'found', bodies };
  } catch (thrown) {
    return { kind: 'unread', fault: toUnread(thrown, call, collection) };
  }
}

/** A message that names what was attempted, on what, what Azure said and, where it was denied, the permissions. */
function toReadFault(refusal: Refusal, call: Call, address: string): Fault {
  const code = toFaultCode(refusal);
  const about = { address: nameAddress(address), target: null, needs: needsOf(call) };
  return new Fault(code, `${call.attempt} ${about.address}: ${explain(refusal, about)}`);
}

/** A list that is not found (a subscription that cannot be seen) was not read: it is not an empty one. */
function toFaultCode(refusal: Refusal): FaultCode {
  const meaning = classify(refusal);
  if (meaning.kind === 'fault') return meaning.code;
  return meaning.kind === 'gone' ? 'denied' : 'unreachable';
}

const toUnread = (thrown: unknown, call: Call, address: string): Fault =>
  thrown instanceof Fault ? thrown : new Fault('unexpected', `${call.attempt} ${nameAddress(address)}`, thrown);
