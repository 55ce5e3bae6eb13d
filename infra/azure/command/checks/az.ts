import type * as v from 'valibot';
import { type Asked, askJson } from '../../../command/ask.ts';
import { type Finding, warn } from '../../../command/finding.ts';
import type { Run } from '../../../command/process.ts';
import type { Parameters } from '../parameters.ts';

/** Asks Azure by its command line. */
export type Az = <T>(schema: v.GenericSchema<unknown, T>, ...args: readonly string[]) => Promise<Asked<T>>;

export const azBy =
  (run: Run): Az =>
  (schema, ...args) =>
    askJson(run, schema, 'az', ...args, '--output', 'json');

/** What a check looks at. */
export interface Sight {
  readonly az: Az;
  /** The subscription that the function app is deployed to. */
  readonly home: string;
  readonly parameters: Parameters;
}

/** What could not be asked stops no deployment: the deployment itself finds it out. */
export const unknown = (what: string, said: string): Finding =>
  warn(`${what}: could not be told: ${said}`, 'see whether the permission is missing; the deployment tells in the end');

/** `East US 2` and `eastus2` are one region. */
export const toRegion = (name: string): string => name.replaceAll(' ', '').toLowerCase();
