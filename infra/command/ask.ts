import * as v from 'valibot';
import { NOT_FOUND, reading, type Run } from './process.ts';

/** What a cloud's command line answers. */
export type Asked<T> =
  | { readonly kind: 'answered'; readonly value: T }
  /** `code`: what the cloud calls it, or `not-found` for a command that is not there. */
  | { readonly kind: 'refused'; readonly code: string; readonly said: string };

/**
 * Asks by a command that answers in JSON; of the answer only what the schema names is read. No answer at all is `null`.
 * What is refused is said without who asked: messages of clouds name people.
 */
export async function askJson<T>(
  run: Run,
  schema: v.GenericSchema<unknown, T>,
  command: string,
  ...args: readonly string[]
): Promise<Asked<T>> {
  const { code, stdout, stderr } = await run(reading(command, ...args));
  if (code === NOT_FOUND) return { kind: 'refused', code: 'not-found', said: `there is no command ${command}` };
  if (code !== 0) return { kind: 'refused', code: codeIn(stderr), said: saidIn(stderr) };
  const read = v.safeParse(schema, parseJson(stdout));
  if (read.success) return { kind: 'answered', value: read.output };
  return {
    kind: 'refused',
    code: 'unreadable',
    said: `${command} ${args.slice(0, 2).join(' ')} answered something else`,
  };
}

function parseJson(text: string): unknown {
  try {
    return text.trim() === '' ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `An error occurred (ParameterNotFound) when calling …`, `ERROR: (AuthorizationFailed) …`, `Code: ResourceGroupNotFound`. */
const codeIn = (stderr: string): string =>
  /\((\w+)\)/.exec(stderr)?.[1] ?? /^Code: (\w+)/m.exec(stderr)?.[1] ?? 'unknown';

const IDENTITIES = [/(?<=client ')[^']*/g, /arn:[\w-]+:(iam|sts)::\d*:\S+/g, /\S+@\S+/g];

/** The line that names the error, else the first that says something, with nobody's name in it. */
export function saidIn(stderr: string): string {
  const lines = stderr.split('\n').filter((one) => one.trim() !== '');
  const line = lines.find((one) => /error/i.test(one)) ?? lines[0] ?? 'it said nothing';
  return IDENTITIES.reduce((text, identity) => text.replace(identity, '…'), line.trim());
}
