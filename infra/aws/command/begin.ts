import { existsSync } from 'node:fs';
import { Fault } from '../../../shared/fault.ts';
import { isFatal, sayFinding } from '../../command/finding.ts';
import type { Typed } from '../../command/options.ts';
import { type Means, pathFrom } from '../../command/script.ts';
import { type Loaded, loadSettings } from '../settings.ts';
import { sightOf, type Sight } from './checks/aws-cli.ts';
import { checkIdentity } from './checks/identity.ts';

/**
 * The settings that a command names.
 * @throws Fault `config-invalid` as loadSettings does, which knows the CDK and not the commands.
 */
export function loadNamed(path: string): Loaded {
  if (existsSync(path)) return loadSettings(path, null);
  throw new Fault(
    'config-invalid',
    `there is no settings file ${path}; begin with a copy of infra/aws/tapkeeper.aws.example.yaml, or name another one, as in: npm run check:aws -- FILE`,
  );
}

/** What a command changes, and the settings by which it was deployed. */
export interface Begun {
  readonly sight: Sight;
  readonly path: string;
}

/** Looks whose credentials they are before anything is changed; `null`: they are not those of the account, which is said. */
export async function begin({ file }: Typed, { run, say }: Means): Promise<Begun | null> {
  const path = pathFrom(file ?? 'tapkeeper.aws.yaml');
  const sight = sightOf(run, loadNamed(path).settings);
  const identity = await checkIdentity(sight);
  sayFinding(identity, say);
  return isFatal(identity) ? null : { sight, path };
}
