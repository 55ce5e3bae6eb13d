import * as v from 'valibot';
import { Fault } from '../../../shared/fault.ts';
import { askJson } from '../../command/ask.ts';
import type { Run } from '../../command/process.ts';

const Values = v.object({
  parameters: v.object({
    owner: v.object({ value: v.pipe(v.string(), v.minLength(1)) }),
    location: v.object({ value: v.string() }),
    subscriptions: v.object({ value: v.pipe(v.array(v.string()), v.minLength(1)) }),
    taps: v.optional(v.object({ value: v.array(v.string()) })),
    tapSubscriptions: v.optional(v.object({ value: v.array(v.string()) })),
    mode: v.optional(v.object({ value: v.string() })),
    alertEmail: v.optional(v.object({ value: v.string() })),
    rules: v.optional(v.object({ value: v.string() })),
    systemTopics: v.optional(
      v.object({ value: v.array(v.object({ subscription: v.string(), resourceGroup: v.string(), name: v.string() })) }),
    ),
  }),
});

/** What `az bicep build-params --stdout` writes: the parameters as text within, beside the template. */
const Compiled = v.object({ parametersJson: v.pipe(v.string(), v.parseJson()) });

/** A system topic that a subscription has already. */
export interface Topic {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly name: string;
}

/** What of the parameters the commands go by. Ids are as they were written. */
export interface Parameters {
  readonly owner: string;
  readonly location: string;
  readonly subscriptions: readonly string[];
  readonly taps: readonly string[];
  readonly tapSubscriptions: readonly string[];
  readonly mode: string;
  /** Empty: nobody is told. */
  readonly alertEmail: string;
  /** The address of a blob; empty: a file in the package. */
  readonly rules: string;
  readonly systemTopics: readonly Topic[];
}

/**
 * Compiles a parameters file and reads it.
 * @throws Fault `config-invalid` with what the Bicep compiler said.
 */
export async function readParameters(run: Run, path: string): Promise<Parameters> {
  const asked = await askJson(run, Compiled, 'az', 'bicep', 'build-params', '--file', path, '--stdout');
  if (asked.kind === 'refused') {
    const remedy = 'begin with a copy of infra/azure/example.bicepparam whose `using` names infra/azure/main.bicep';
    throw new Fault('config-invalid', `compiling ${path}: ${asked.said}; ${remedy}`);
  }
  const read = v.safeParse(Values, asked.value.parametersJson);
  if (!read.success) {
    const missing = read.issues.map((issue) => v.getDotPath(issue)?.split('.')[1] ?? 'parameters').join(', ');
    throw new Fault('config-invalid', `${path} does not say ${missing}; see infra/azure/example.bicepparam`);
  }
  const { owner, location, subscriptions, taps, tapSubscriptions, mode, alertEmail, rules, systemTopics } =
    read.output.parameters;
  return {
    owner: owner.value,
    location: location.value,
    subscriptions: subscriptions.value,
    taps: taps?.value ?? [],
    tapSubscriptions: tapSubscriptions?.value ?? [],
    mode: mode?.value ?? 'observe',
    alertEmail: alertEmail?.value ?? '',
    rules: rules?.value ?? '',
    systemTopics: systemTopics?.value ?? [],
  };
}

/** What a deployment's resources are called. */
export const nameOf = (owner: string): string => `tapkeeper-${owner}`;

/** Azure folds case in ids. */
export const isSameId = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
