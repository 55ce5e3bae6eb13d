import { Fault } from '../../shared/fault.ts';
import { parseAccountId } from '../../shared/ids.ts';
import type { Clock } from '../../shared/ports.ts';
import { remember } from '../../shared/remember.ts';
import type { AccountId, NonEmpty, Scope } from '../../shared/words.ts';
import { findTextAt } from '../json.ts';
import { CALLS } from './permissions.ts';
import { readAll } from './read/pages.ts';
import type { Exchange } from './traffic/wire.ts';

/** The subscriptions that a deployment keeps. */
export interface Subscriptions {
  /** @throws Fault when they have to be asked for and Azure does not say. */
  scopes(): Promise<readonly Scope[]>;
  keeps(scope: Scope): boolean;
}

const KNOWN_MS = 600_000;

export interface SubscriptionsSetup {
  readonly exchange: Exchange;
  readonly clock: Clock;
  /** Tells of subscriptions that are seen and left out. */
  readonly tell: (why: NonEmpty<string>) => void;
}

/** Those that are named, or all that the identity sees and that can be written to. */
export const createSubscriptions = (wanted: readonly Scope[] | 'all', setup: SubscriptionsSetup): Subscriptions =>
  wanted === 'all' ? allThatAreSeen(setup) : theseOnly(wanted);

function theseOnly(scopes: readonly Scope[]): Subscriptions {
  const accounts = new Set(scopes.map(({ account }) => account));
  return { scopes: async () => scopes, keeps: ({ cloud, account }) => cloud === 'azure' && accounts.has(account) };
}

/** An event comes from a subscription whose topic was set up for this deployment: nothing is asked for to keep it. */
function allThatAreSeen({ exchange, clock, tell }: SubscriptionsSetup): Subscriptions {
  const memory = remember<readonly Scope[]>(clock, KNOWN_MS);
  const told = new Set<string>();
  const list = async (): Promise<readonly Scope[]> => {
    const seen = await listSeen(exchange);
    const [first, ...others] = seen
      .filter(({ isWritable }) => !isWritable)
      .map(toLeftOut)
      .filter((why) => !told.has(why));
    for (const why of first === undefined ? [] : [first, ...others]) told.add(why);
    if (first !== undefined) tell([first, ...others]);
    return toScopes(seen);
  };
  return { scopes: () => memory.get('*', list), keeps: ({ cloud }) => cloud === 'azure' };
}

/**
 * In these states everything can be written; in the others (Warned, Disabled, Expired, Deleted) nothing can be attached.
 * https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-states
 */
const WRITABLE: ReadonlySet<string> = new Set(['enabled', 'pastdue']);

interface Seen {
  readonly account: AccountId;
  readonly state: string;
  readonly isWritable: boolean;
}

async function listSeen(exchange: Exchange): Promise<readonly Seen[]> {
  const read = await readAll(exchange, CALLS.listSubscriptions, '/subscriptions');
  if (read.kind === 'unread') throw read.fault;
  return read.bodies.flatMap((body): readonly Seen[] => {
    const id = findTextAt(body, 'subscriptionId');
    const state = findTextAt(body, 'state') ?? 'unknown';
    return id === null ? [] : [{ account: parseAccountId(id), state, isWritable: WRITABLE.has(state.toLowerCase()) }];
  });
}

const toLeftOut = ({ account, state }: Seen): string =>
  `subscription ${account} is in state ${state} and is left out: nothing can be attached in it until it is enabled again`;

/** Where none is left, a role is missing: nothing would be kept, and nobody would be told. */
function toScopes(seen: readonly Seen[]): readonly Scope[] {
  const accounts = seen.filter(({ isWritable }) => isWritable).map(({ account }) => account);
  if (accounts.length > 0) return [...new Set(accounts)].sort().map(toScope);
  const found =
    seen.length === 0 ? 'the identity sees none' : `of the ${seen.length} that it sees none can be written to`;
  const helps = 'grant it a role in those that are to be kept, or name them in TAPKEEPER_SUBSCRIPTIONS';
  throw new Fault('denied', `${CALLS.listSubscriptions.attempt} /subscriptions: ${found}; ${helps}`);
}

const toScope = (account: AccountId): Scope => ({ cloud: 'azure', account, region: null });
