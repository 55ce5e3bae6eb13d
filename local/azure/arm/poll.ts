import type { Identity } from '../identities.ts';
import type { Answer } from './answer.ts';
import type { Arm } from './arm.ts';
import type { Mishap } from './mishaps.ts';
import { poll } from './operation.ts';
import { denied, findOrdered, isForbidden } from './refusal.ts';

/** What a poll of any operation is called where orders speak of its answer. */
const ANY_POLL = 'operations/read';

const OPERATION_PATH =
  /^(\/subscriptions\/[^/]+)\/providers\/([^/]+)\/locations\/[^/]+\/(operations|operationresults)\//i;

/** The subscription and the permission of a poll, as `Microsoft.Network/locations/operations/read`; `null`: it is none. */
function findPoll(path: string): { readonly subject: string; readonly action: string } | null {
  const [, subject, provider, kind] = OPERATION_PATH.exec(path) ?? [];
  return subject === undefined ? null : { subject, action: `${provider}/locations/${kind}/read` };
}

/** The answer to a poll of an operation, and what befalls it; `null`: the address is of no operation. */
export function answerPoll(
  arm: Arm,
  path: string,
  caller: Identity,
): { readonly answered: Answer; readonly mishap: Mishap | null } | null {
  const occasion = findPoll(path);
  if (occasion === null) return null;
  const { action, subject } = occasion;
  const refused = isForbidden(arm, caller, occasion) ? denied(caller, action, subject) : findOrdered(arm, occasion);
  return {
    answered: refused ?? poll(arm, path),
    mishap: arm.controls.takeMishap({ action: ANY_POLL, subject }),
  };
}
