import type { ArgsDef } from 'citty';
import { Fault } from '../shared/fault.ts';
import { parseAccountId, parseRegion } from '../shared/ids.ts';
import { toScopeKey } from '../shared/reconcile/scope.ts';
import type { AccountId, Cloud, Region, Scope } from '../shared/words.ts';
import type { Arguments } from './arguments.ts';
import type { Io } from './io.ts';

/** The options by which a command is told what to look at. */
export const SCOPE_ARGS = {
  cloud: { type: 'enum', options: ['aws', 'azure'], description: 'Look at one cloud only' },
  scope: {
    type: 'string',
    valueHint: 'account:region|subscription',
    description:
      'What to look at, repeatable; * is every subscription that you see; else TAPKEEPER_SCOPES and TAPKEEPER_SUBSCRIPTIONS. AWS accounts other than TAPKEEPER_ACCOUNT are reached by the role TAPKEEPER_MEMBER_ROLE (TAPKEEPER_EXTERNAL_ID), where it is set',
  },
  account: {
    type: 'string',
    valueHint: 'account|subscription',
    description:
      'Of what is configured only this account, repeatable; with --region: every named account in every named region; * is every Azure subscription that you see, configured or not',
  },
  region: {
    type: 'string',
    valueHint: 'region',
    description: 'Of what is configured only this AWS region, repeatable; with --account: as said there',
  },
} satisfies ArgsDef;

const CONFIGURED = 'what is configured (TAPKEEPER_SCOPES, TAPKEEPER_SUBSCRIPTIONS)';

/** Every Azure subscription that the identity sees. */
const ALL = '*';

/** Asks Azure which subscriptions can be seen. */
export type See = () => Promise<readonly Scope[]>;

/**
 * What the command is to look at: by option, or by the environment that the deployed handlers read. Azure is asked only when all
 * of its subscriptions are meant.
 * @throws Fault `config-invalid` when a scope cannot be told, or an option leaves nothing of what is configured.
 */
export async function readScopes(given: Arguments, { env }: Pick<Io, 'env'>, see: See): Promise<readonly Scope[]> {
  if (given.text('cloud') === 'aws') return choose(given, configuredIn(env, []), { where: CONFIGURED, seen: [] });
  const isAllConfigured = split(env['TAPKEEPER_SUBSCRIPTIONS']).some(isAll);
  const seen = namesAll(given) || (isAllConfigured && findNamed(given) === null) ? await see() : [];
  return choose(given, configuredIn(env, seen), { where: CONFIGURED, seen });
}

const configuredIn = (env: Io['env'], seen: readonly Scope[]): readonly Scope[] => [
  ...split(env['TAPKEEPER_SCOPES']).map(parseScope),
  ...split(env['TAPKEEPER_SUBSCRIPTIONS']).flatMap((text) => (isAll(text) ? seen : [parseScope(text)])),
];

/**
 * What is meant of scopes that came from elsewhere, as from a snapshot. What was named whole and is not among them is left out.
 * @throws Fault `config-invalid` when a scope cannot be told, or --account or --region is nowhere among them.
 */
export function chooseScopes(given: Arguments, held: readonly Scope[], where: string): readonly Scope[] {
  const keys = new Set(held.map(toScopeKey));
  const seen = held.filter(({ cloud }) => cloud === 'azure');
  return choose(given, held, { where, seen }).filter((scope) => keys.has(toScopeKey(scope)));
}

interface Whence {
  /** Where the scopes come from, for messages. */
  readonly where: string;
  /** What `*` stands for. */
  readonly seen: readonly Scope[];
}

function choose(given: Arguments, held: readonly Scope[], { where, seen }: Whence): readonly Scope[] {
  const all = namesAll(given) ? seen : [];
  const isOnlyAll = namesAll(given) && !namesMore(given);
  const named = isOnlyAll ? [] : (findNamed(given) ?? narrow(held, given, where));
  return onceEach([...all, ...named]).filter(cloudFilter(given));
}

const isAll = (text: string): boolean => text.trim() === ALL;

const namesAll = (given: Arguments): boolean => [...given.list('scope'), ...given.list('account')].some(isAll);

const namesMore = (given: Arguments): boolean =>
  [...scopesIn(given), ...accountsIn(given), ...given.list('region')].length > 0;

const scopesIn = (given: Arguments): readonly string[] => given.list('scope').filter((text) => !isAll(text));
const accountsIn = (given: Arguments): readonly string[] => given.list('account').filter((text) => !isAll(text));

/** The scopes that the options name whole; `null` when they name none. */
function findNamed(given: Arguments): readonly Scope[] | null {
  const whole = scopesIn(given);
  const accounts = accountsIn(given).map(readAccount);
  const regions = given.list('region').map(readRegion);
  if (whole.length > 0) {
    if (accounts.length + regions.length === 0) return whole.map(parseScope);
    throw usageFault('--scope names account and region already; give either it or --account and --region');
  }
  if (accounts.length === 0 || regions.length === 0) return null;
  return accounts.flatMap((account) => regions.map((region) => inRegion(account, region)));
}

function inRegion(account: AccountId, region: Region): Scope {
  if (isAwsAccount(account)) return { cloud: 'aws', account, region };
  throw usageFault(`the subscription ${account} is looked at with all its regions; name it with --scope ${account}`);
}

/** The scopes of the accounts or regions that were asked for. One that matches nothing is misspelt, and must not pass for done. */
function narrow(scopes: readonly Scope[], given: Arguments, where: string): readonly Scope[] {
  const accounts = new Set(accountsIn(given).map(readAccount));
  const regions = new Set(given.list('region').map(readRegion));
  const missing =
    [...accounts].find((account) => !scopes.some((scope) => scope.account === account)) ??
    [...regions].find((region) => !scopes.some((scope) => scope.region === region));
  if (missing !== undefined) {
    const held = scopes.map(toScopeKey).join(', ') || 'no scope';
    const right = 'name one of these, or a whole scope with --account and --region together or with --scope';
    throw usageFault(`nothing of ${missing} is in ${where}; it holds ${held}: ${right}`);
  }
  return scopes.filter(
    ({ account, region }) =>
      (accounts.size === 0 || accounts.has(account)) &&
      (regions.size === 0 || (region !== null && regions.has(region))),
  );
}

function cloudFilter(given: Arguments): (scope: Scope) => boolean {
  const cloud = given.text('cloud') as Cloud | null;
  return (scope) => cloud === null || scope.cloud === cloud;
}

const onceEach = (scopes: readonly Scope[]): readonly Scope[] => [
  ...new Map(scopes.map((scope) => [toScopeKey(scope), scope])).values(),
];

const SUBSCRIPTION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const isAwsAccount = (text: string): boolean => /^\d{12}$/.test(text);

function readAccount(text: string): AccountId {
  if (isAwsAccount(text.trim()) || SUBSCRIPTION.test(text.trim())) return parseAccountId(text);
  throw usageFault(
    `--account ${text}: write the 12 digits of an AWS account or the id of an Azure subscription, or * for all`,
  );
}

function readRegion(text: string): Region {
  if (/^[a-z]{2}(-[a-z]+)+-\d+$/.test(text.trim())) return parseRegion(text);
  throw usageFault(`--region ${text}: write an AWS region, as us-east-1`);
}

function parseScope(text: string): Scope {
  const aws = /^(\d{12}):([a-z0-9-]+)$/.exec(text.trim());
  if (aws) return { cloud: 'aws', account: parseAccountId(aws[1] ?? ''), region: parseRegion(aws[2] ?? '') };
  if (SUBSCRIPTION.test(text.trim())) return { cloud: 'azure', account: parseAccountId(text), region: null };
  const right = '123456789012:us-east-1 (an AWS account and region) or the id of an Azure subscription';
  throw usageFault(`the scope ${text} cannot be told; write ${right}`);
}

const usageFault = (message: string): Fault => new Fault('config-invalid', message);

const split = (list: string | undefined): readonly string[] => (list ?? '').split(',').filter((text) => text !== '');
