import type * as v from 'valibot';
import { type Asked, askJson } from '../../../command/ask.ts';
import { type Finding, warn } from '../../../command/finding.ts';
import type { Run } from '../../../command/process.ts';
import { namesOf } from '../../names.ts';
import type { Settings } from '../../settings.ts';

/** Asks AWS by its command line, in the region of the settings unless another one is named. */
export type Aws = <T>(
  schema: v.GenericSchema<unknown, T>,
  args: readonly string[],
  region?: string,
) => Promise<Asked<T>>;

const awsIn =
  (run: Run, home: string): Aws =>
  (schema, args, region = home) =>
    askJson(run, schema, 'aws', ...args, '--region', region, '--output', 'json');

/** What a check looks at. */
export interface Sight {
  readonly aws: Aws;
  readonly settings: Settings;
  readonly names: ReturnType<typeof namesOf>;
}

export const sightOf = (run: Run, settings: Settings): Sight => ({
  aws: awsIn(run, settings.region),
  settings,
  names: namesOf(settings.owner),
});

/** What could not be asked stops no deployment: the deployment itself finds it out. */
export const unknown = (what: string, said: string): Finding =>
  warn(`${what}: could not be told: ${said}`, 'see whether the permission is missing; the deployment tells in the end');
