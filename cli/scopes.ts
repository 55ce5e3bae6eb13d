import type { ArgsDef } from 'citty';
import { Fault } from '../shared/fault.ts';
import { parseAccountId, parseRegion } from '../shared/ids.ts';
import { toScopeKey } from '../shared/reconcile/scope.ts';
import type { Cloud, Scope } from '../shared/words.ts';
import type { Arguments } from './arguments.ts';
import type { Io } from './io.ts';

/** The options by which a command is told what to look at. */
export const SCOPE_ARGS = {
  cloud: { type: 'enum', options: ['aws', 'azure'], description: 'Look at one cloud only' },
  scope: {
    type: 'string',
    valueHint: 'account:region|subscription',
    description: 'What to look at, repeatable; else TAPKEEPER_SCOPES and TAPKEEPER_SUBSCRIPTIONS',
  },
} satisfies ArgsDef;

/**
 * What the command is to look at: by option, or by the environment that the deployed handlers read.
 * @throws Fault `config-invalid` when a scope cannot be told.
 */
export function readScopes(given: Arguments, { env }: Io): readonly Scope[] {
  const named = given.list('scope');
  const texts =
    named.length > 0 ? named : [...split(env['TAPKEEPER_SCOPES']), ...split(env['TAPKEEPER_SUBSCRIPTIONS'])];
  const isOfCloud = cloudFilter(given);
  return texts.map(parseScope).filter((scope) => isOfCloud(scope));
}

/** Whether a scope is meant, in a list that came from elsewhere. */
export function scopeFilter(given: Arguments): (scope: Scope) => boolean {
  const named = new Set(given.list('scope').map((text) => toScopeKey(parseScope(text))));
  const isOfCloud = cloudFilter(given);
  return (scope) => isOfCloud(scope) && (named.size === 0 || named.has(toScopeKey(scope)));
}

function cloudFilter(given: Arguments): (scope: Scope) => boolean {
  const cloud = given.text('cloud') as Cloud | null;
  return (scope) => cloud === null || scope.cloud === cloud;
}

function parseScope(text: string): Scope {
  const aws = /^(\d{12}):([a-z0-9-]+)$/.exec(text.trim());
  if (aws) return { cloud: 'aws', account: parseAccountId(aws[1] ?? ''), region: parseRegion(aws[2] ?? '') };
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text.trim())) {
    return { cloud: 'azure', account: parseAccountId(text), region: null };
  }
  const right = '123456789012:us-east-1 (an AWS account and region) or the id of an Azure subscription';
  throw new Fault('config-invalid', `the scope ${text} cannot be told; write ${right}`);
}

const split = (list: string | undefined): readonly string[] => (list ?? '').split(',').filter((text) => text !== '');
