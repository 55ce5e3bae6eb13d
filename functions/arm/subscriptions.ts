import { parseAccountId } from '../../shared/ids.ts';
import type { Clock } from '../../shared/ports.ts';
import { remember } from '../../shared/remember.ts';
import type { AccountId, Scope } from '../../shared/words.ts';
import { findTextAt } from '../json.ts';
import type { Exchange } from './exchange.ts';
import { CALLS } from './permissions.ts';
import { readAll } from './read.ts';

/** The subscriptions that a deployment keeps. */
export interface Subscriptions {
  /** @throws Fault when they have to be asked for and Azure does not say. */
  scopes(): Promise<readonly Scope[]>;
  keeps(scope: Scope): boolean;
}

const KNOWN_MS = 600_000;

/** Those that are named, or all that the identity sees and that can be written to. */
export const createSubscriptions = (
  wanted: readonly Scope[] | 'all',
  exchange: Exchange,
  clock: Clock,
): Subscriptions => (wanted === 'all' ? allThatAreSeen(exchange, clock) : theseOnly(wanted));

function theseOnly(scopes: readonly Scope[]): Subscriptions {
  const accounts = new Set(scopes.map(({ account }) => account));
  return { scopes: async () => scopes, keeps: ({ cloud, account }) => cloud === 'azure' && accounts.has(account) };
}

/** An event comes from a subscription whose topic was set up for this deployment: nothing is asked for to keep it. */
function allThatAreSeen(exchange: Exchange, clock: Clock): Subscriptions {
  const memory = remember<readonly Scope[]>(clock, KNOWN_MS);
  return { scopes: () => memory.get('*', () => listSeen(exchange)), keeps: ({ cloud }) => cloud === 'azure' };
}

/**
 * In these states everything can be written; in the others (Warned, Disabled, Expired, Deleted) nothing can be attached.
 * https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-states
 */
const WRITABLE: ReadonlySet<string> = new Set(['enabled', 'pastdue']);

async function listSeen(exchange: Exchange): Promise<readonly Scope[]> {
  const read = await readAll(exchange, CALLS.listSubscriptions, '/subscriptions');
  if (read.kind === 'unread') throw read.fault;
  const accounts = read.bodies.flatMap((body) => {
    const id = findTextAt(body, 'subscriptionId');
    return id !== null && WRITABLE.has(findTextAt(body, 'state')?.toLowerCase() ?? '') ? [parseAccountId(id)] : [];
  });
  return [...new Set(accounts)].sort().map(toScope);
}

const toScope = (account: AccountId): Scope => ({ cloud: 'azure', account, region: null });
