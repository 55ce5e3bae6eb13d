import { createHash } from 'node:crypto';
import type { Files } from './files.ts';

/** What `sha256sum --check` reads: the hash of each file and its name. */
export const toSums = (files: Files): Uint8Array =>
  Buffer.from(
    [...files]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, contents]) => `${createHash('sha256').update(contents).digest('hex')}  ${name}\n`)
      .join(''),
  );
