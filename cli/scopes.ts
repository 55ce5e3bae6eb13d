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
      'What to look at, repeatable; else TAPKEEPER_SCOPES and TAPKEEPER_SUBSCRIPTIONS. AWS accounts other than TAPKEEPER_ACCOUNT are reached by the role TAPKEEPER_MEMBER_ROLE (TAPKEEPER_EXTERNAL_ID), where it is set',
  },
  account: {
    type: 'string',
    valueHint: 'account|subscription',
    description:
      'Of what is configured only this account, repeatable; with --region: every named account in every named region',
  },
  region: {
    type: 'string',
    valueHint: 'region',
    description: 'Of what is configured only this AWS region, repeatable; with --account: as said there',
  },
} satisfies ArgsDef;

const CONFIGURED = 'what is configured (TAPKEEPER_SCOPES, TAPKEEPER_SUBSCRIPTIONS)';

/**
 * What the command is to look at: by option, or by the environment that the deployed handlers read.
 * @throws Fault `config-invalid` when a scope cannot be told, or an option leaves nothing of what is configured.
 */
export function readScopes(given: Arguments, { env }: Pick<Io, 'env'>): readonly Scope[] {
  const configured = [...split(env['TAPKEEPER_SCOPES']), ...split(env['TAPKEEPER_SUBSCRIPTIONS'])];
  const scopes = nameScopes(given) ?? narrow(configured.map(parseScope), given, CONFIGURED);
  return onceEach(scopes).filter(cloudFilter(given));
}

/**
 * What is meant of scopes that came from elsewhere, as from a snapshot. What was named whole and is not among them is left out.
 * @throws Fault `config-invalid` when a scope cannot be told, or --account or --region is nowhere among them.
 */
export function chooseScopes(given: Arguments, held: readonly Scope[], where: string): readonly Scope[] {
  const named = nameScopes(given);
  const keys = new Set(named?.map(toScopeKey));
  const chosen = named === null ? narrow(held, given, where) : held.filter((scope) => keys.has(toScopeKey(scope)));
  return chosen.filter(cloudFilter(given));
}

/** The scopes that the options name whole; `null` when they name none. */
function nameScopes(given: Arguments): readonly Scope[] | null {
  const whole = given.list('scope');
  const accounts = given.list('account').map(readAccount);
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
  const accounts = new Set(given.list('account').map(readAccount));
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
  throw usageFault(`--account ${text}: write the 12 digits of an AWS account or the id of an Azure subscription`);
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
