import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../shared/fault.ts';
import { parseAccountId, parseRegion } from '../shared/ids.ts';
import type { Mode } from '../shared/ports.ts';
import type { AccountId, NonEmpty } from '../shared/words.ts';
import { ACCOUNT_MARK, type MemberRole } from './ec2/clients/assume.ts';
import type { AwsScope } from './ec2/scope.ts';

/** The environment of the process, or what stands for it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting without white space around it, or `null` when it is missing or empty. */
export const settingOf = (env: Environment, name: string): string | null => env[name]?.trim() || null;

const MODES: readonly Mode[] = ['observe', 'enforce', 'paused'];

/** What this deployment may do. A fresh one only observes; a value that is no mode stops everything, and is not guessed. */
export function parseMode(env: Environment): Mode {
  const text = settingOf(env, 'TAPKEEPER_MODE')?.toLowerCase() ?? 'observe';
  const mode = MODES.find((one) => one === text);
  if (mode !== undefined) return mode;
  throw new Fault('config-invalid', `TAPKEEPER_MODE is "${text}"; set it to ${MODES.join(', ')}`);
}

function parseScope(text: string): AwsScope {
  const [, account, region] = /^(\d{12}):([a-z0-9-]+)$/.exec(text) ?? [];
  if (account !== undefined && region !== undefined) {
    return { cloud: 'aws', account: parseAccountId(account), region: parseRegion(region) };
  }
  throw new Fault(
    'config-invalid',
    `TAPKEEPER_SCOPES holds "${text}"; write account:region, as 123456789012:us-east-1`,
  );
}

/** The file beside a bundle that lists the scopes where they are too many for the environment. */
export const SCOPES_FILE = 'scopes.txt';

/** Nothing where there is no such file. */
function readScopes(beside: string): string {
  const path = join(beside, SCOPES_FILE);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/**
 * The scopes that this deployment keeps, each once: those of the environment, else those of the file beside the bundle. One that
 * keeps none would do nothing for ever and say nothing.
 */
export function parseScopes(env: Environment, beside: string): NonEmpty<AwsScope> {
  const list = settingOf(env, 'TAPKEEPER_SCOPES') ?? readScopes(beside);
  const texts = list.split(/[,\n]/).map((text) => text.trim());
  const [first, ...rest] = [...new Set(texts)].filter((text) => text !== '').map(parseScope);
  if (first !== undefined) return [first, ...rest];
  throw new Fault('config-invalid', 'TAPKEEPER_SCOPES is not set; write account:region, as 123456789012:us-east-1');
}

const MEMBER_ROLE = /^arn:[a-z-]+:iam::\{account\}:role\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]+$/;
const MEMBER_ROLE_EXAMPLE = `arn:aws:iam::${ACCOUNT_MARK}:role/tapkeeper-member`;

function findAccount(env: Environment): AccountId | null {
  const text = settingOf(env, 'TAPKEEPER_ACCOUNT');
  if (text === null || /^\d{12}$/.test(text)) return text === null ? null : parseAccountId(text);
  throw new Fault('config-invalid', `TAPKEEPER_ACCOUNT is "${text}"; write the 12 digits of the account`);
}

/**
 * The role by which other accounts are reached, or `null` when there is none.
 * @throws Fault `config-invalid` also when a scope could be reached by that role only: our own account's machines would be
 * read as that one's.
 */
export function findMemberRole(env: Environment, scopes: NonEmpty<AwsScope>): MemberRole | null {
  const arn = settingOf(env, 'TAPKEEPER_MEMBER_ROLE');
  const ownAccount = findAccount(env);
  if (arn === null) {
    const accounts = new Set([...scopes.map(({ account }) => account), ...(ownAccount === null ? [] : [ownAccount])]);
    if (accounts.size === 1) return null;
    const why = `the scopes are of other accounts than one (${[...accounts].join(', ')}) and TAPKEEPER_MEMBER_ROLE is not set`;
    throw new Fault('config-invalid', `${why}; set it to the role to assume there, as ${MEMBER_ROLE_EXAMPLE}`);
  }
  if (MEMBER_ROLE.test(arn)) return { arn, externalId: settingOf(env, 'TAPKEEPER_EXTERNAL_ID'), ownAccount };
  const right = `write an ARN with ${ACCOUNT_MARK} in the account's place, as ${MEMBER_ROLE_EXAMPLE}`;
  throw new Fault('config-invalid', `TAPKEEPER_MEMBER_ROLE is "${arn}"; ${right}`);
}

/** The names of the roles that tapkeeper itself acts in, by which its own calls are known. */
export function ownRolesOf(env: Environment, memberRole: MemberRole | null): readonly string[] {
  const names = [settingOf(env, 'TAPKEEPER_ROLE_NAME'), memberRole?.arn.split('/').at(-1) ?? null];
  return [...new Set(names.filter((name) => name !== null))];
}

/** How many processes work on the bulk queue at a time, as its event source allows. */
export function parseBulkConcurrency(env: Environment): number {
  const text = settingOf(env, 'TAPKEEPER_BULK_CONCURRENCY') ?? '2';
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Fault('config-invalid', `TAPKEEPER_BULK_CONCURRENCY is "${text}"; write a number from 1 to 9999`);
}
