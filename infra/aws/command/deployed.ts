import * as v from 'valibot';
import { Fault } from '../../../shared/fault.ts';
import { SCOPES_METADATA } from '../names.ts';
import type { Sight } from './checks/aws-cli.ts';
import { NO_STACK } from './stack.ts';

const Configuration = v.object({
  LastModified: v.string(),
  Timeout: v.number(),
  LastUpdateStatus: v.optional(v.string(), 'Successful'),
  Environment: v.optional(
    v.object({
      Variables: v.object({
        TAPKEEPER_MODE: v.optional(v.string(), ''),
      }),
    }),
  ),
});

/** A function as it is deployed. */
export interface DeployedFunction {
  readonly mode: string;
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
    changedMs: Date.parse(LastModified),
    timeoutSeconds: Timeout,
    isChanging: LastUpdateStatus === 'InProgress',
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_GetTemplateSummary.html: metadata comes as text. */
const Summary = v.object({
  Metadata: v.optional(
    v.pipe(v.string(), v.parseJson(), v.object({ [SCOPES_METADATA]: v.optional(v.array(v.string()), []) })),
    '{}',
  ),
});

/**
 * The scopes that are kept by what is deployed, and that the settings name no longer. The template tells: the functions may have
 * theirs beside the code.
 * @throws Fault `denied` when it cannot be told.
 */
export async function findDropped({ aws, names, settings }: Sight): Promise<readonly string[]> {
  const asked = await aws(Summary, ['cloudformation', 'get-template-summary', '--stack-name', names.stack]);
  if (asked.kind === 'refused') {
    if (asked.code === NO_STACK) return [];
    const remedy = 'allow cloudformation:GetTemplateSummary';
    throw new Fault('denied', `looking what ${names.stack} keeps: ${asked.said}; ${remedy}`);
  }
  const kept = settings.scopes.map(({ account, region }) => `${account}:${region}`);
  return asked.value.Metadata[SCOPES_METADATA].filter((key) => !kept.includes(key)).sort();
}
