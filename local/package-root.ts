import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault } from '../shared/fault.ts';

/**
 * The path of a file of the repository, named from its root. It is looked for upwards, because a bundle lies elsewhere than the
 * code that it was made of.
 *
 * @throws Fault `unsupported` when it is not installed with its files.
 */
export function packagePath(name: string): string {
  return join(findRoot(import.meta.dirname, name), name);
}

function findRoot(from: string, name: string): string {
  if (existsSync(join(from, name))) return from;
  const above = dirname(from);
  if (above !== from) return findRoot(above, name);
  throw new Fault(
    'unsupported',
    `${name} is missing: the local clouds run in a clone of tapkeeper, with all its files`,
  );
}
