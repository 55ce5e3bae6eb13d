import * as v from 'valibot';
import { Fault } from '../../../shared/fault.ts';
import type { Sight } from './checks/aws-cli.ts';

const Configuration = v.object({
  LastModified: v.string(),
  Timeout: v.number(),
  LastUpdateStatus: v.optional(v.string(), 'Successful'),
  Environment: v.optional(
    v.object({
      Variables: v.object({
        TAPKEEPER_MODE: v.optional(v.string(), ''),
        TAPKEEPER_SCOPES: v.optional(v.string(), ''),
      }),
    }),
  ),
});

/** A function as it is deployed. */
export interface DeployedFunction {
  readonly mode: string;
  /** What it keeps, as `account:region`. */
  readonly scopes: readonly string[];
  /** When its code or configuration was changed last, in milliseconds since the epoch. */
  readonly changedMs: number;
  readonly timeoutSeconds: number;
  /** Whether Lambda is still at that: until it is done, invocations begin with what was before. */
  readonly isChanging: boolean;
}

/**
 * A function by its name; `null`: there is none.
 * @throws Fault `denied` when it cannot be told.
 */
export async function findFunction({ aws }: Pick<Sight, 'aws'>, name: string): Promise<DeployedFunction | null> {
  const asked = await aws(Configuration, ['lambda', 'get-function-configuration', '--function-name', name]);
  if (asked.kind === 'refused') {
    if (asked.code === 'ResourceNotFoundException') return null;
    throw new Fault('denied', `looking at the function ${name}: ${asked.said}; allow lambda:GetFunctionConfiguration`);
  }
  const { LastModified, Timeout, LastUpdateStatus, Environment } = asked.value;
  return {
    mode: Environment?.Variables.TAPKEEPER_MODE ?? '',
    scopes: (Environment?.Variables.TAPKEEPER_SCOPES ?? '').split(',').filter((key) => key !== ''),
    changedMs: Date.parse(LastModified),
    timeoutSeconds: Timeout,
    isChanging: LastUpdateStatus === 'InProgress',
  };
}

/** The scopes that are kept by what is deployed, and that the settings name no longer. @throws Fault `denied` when it cannot be told. */
export async function findDropped(sight: Sight): Promise<readonly string[]> {
  const deployed = await findFunction(sight, sight.names.functions.onChange);
  const kept = sight.settings.scopes.map(({ account, region }) => `${account}:${region}`);
  return (deployed?.scopes ?? []).filter((key) => !kept.includes(key)).sort();
}
