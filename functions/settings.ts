import { Fault } from '../shared/fault.ts';
import { parseAccountId } from '../shared/ids.ts';
import type { Mode } from '../shared/ports.ts';
import type { Scope } from '../shared/words.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** What stands for every subscription that the app's identity sees. */
const ALL = '*';

/**
 * The subscriptions that this app keeps, each once; `all`: those that its identity sees. An app that kept none would do nothing
 * for ever and say nothing.
 * @throws Fault `config-invalid`.
 */
export function parseSubscriptions(env: Env): 'all' | readonly Scope[] {
  const named = listOf(env, 'TAPKEEPER_SUBSCRIPTIONS');
  if (named.length === 0) {
    const right = `write the ids of the subscriptions to keep, separated by commas, or ${ALL} for all that the identity sees`;
    throw new Fault('config-invalid', `TAPKEEPER_SUBSCRIPTIONS is not set; ${right}`);
  }
  if (named.length === 1 && named[0] === ALL) return 'all';
  const accounts = new Set(named.map(toSubscription));
  return [...accounts].map((account) => ({ cloud: 'azure', account, region: null }));
}

function toSubscription(text: string): Scope['account'] {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return parseAccountId(text);
  const right = text === ALL ? `; ${ALL} stands alone, for all` : '';
  throw new Fault('config-invalid', `TAPKEEPER_SUBSCRIPTIONS: "${text}" is not the id of a subscription${right}`);
}

/** Read at every invocation; a fresh deployment observes. */
export function parseMode(env: Env): Mode {
  const mode = env['TAPKEEPER_MODE'] ?? 'observe';
  if (mode === 'observe' || mode === 'enforce' || mode === 'paused') return mode;
  throw new Fault('config-invalid', `TAPKEEPER_MODE is "${mode}"; it is one of observe, enforce and paused`);
}

/**
 * How many sources a VTAP takes; `null`: nobody has said otherwise than the documentation.
 * @throws Fault `config-invalid`.
 */
export function findTapCapacity(env: Env): number | null {
  const text = env['TAPKEEPER_TAP_CAPACITY']?.trim() ?? '';
  if (text === '') return null;
  const capacity = Number(text);
  if (Number.isInteger(capacity) && capacity >= 1) return capacity;
  throw new Fault('config-invalid', `TAPKEEPER_TAP_CAPACITY is "${text}"; it is a whole number, 1 or more`);
}

/**
 * The ids that our own identities have in the claims of an event: object ids or application ids, of the system-assigned and of
 * user-assigned ones.
 */
export const ownIdsOf = (env: Env): readonly string[] => listOf(env, 'TAPKEEPER_PRINCIPAL_ID');

const listOf = (env: Env, name: string): readonly string[] =>
  (env[name] ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
