import { Fault } from './fault.ts';

/** A word of one letter is a drive. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/** The scheme of an address, in small letters; `null` for a path. */
export const findScheme = (text: string): string | null => SCHEME.exec(text)?.[1]?.toLowerCase() ?? null;

/** What follows a question mark or a hash may be a signature, and what stands before an @ a password. */
const withoutSecrets = (text: string): string => text.replace(/[?#].*$/s, '?…').replace(/\/\/[^/]*@/, '//…@');

/**
 * That a text names no place where rules are, whoever named it: a setting, or a person on the command line.
 * @param right What to write, to be read after "write".
 */
export function namesNoPlace(text: string, right: string): Fault {
  // A key of S3 may hold these marks, and no secret.
  const shown = findScheme(text) === 's3' ? text : withoutSecrets(text);
  return new Fault('config-invalid', `reading the rules at "${shown}": rules are at no such place; ${right}`);
}

/** What else to do about a place that is not right, to be read after what is wrong there. */
export const NAME_ANOTHER = 'or name another place (TAPKEEPER_RULES, --rules)';
