import { Fault } from '../shared/fault.ts';
import { parseAccountId, parseRegion } from '../shared/ids.ts';
import type { Mode } from '../shared/ports.ts';
import type { NonEmpty } from '../shared/words.ts';
import type { AwsScope } from './ec2/convert.ts';

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

/** The scopes that this deployment keeps, each once. One that keeps none would do nothing for ever and say nothing. */
export function parseScopes(env: Environment): NonEmpty<AwsScope> {
  const texts = (settingOf(env, 'TAPKEEPER_SCOPES') ?? '').split(',').map((text) => text.trim());
  const [first, ...rest] = [...new Set(texts)].filter((text) => text !== '').map(parseScope);
  if (first !== undefined) return [first, ...rest];
  throw new Fault('config-invalid', 'TAPKEEPER_SCOPES is not set; write account:region, as 123456789012:us-east-1');
}
