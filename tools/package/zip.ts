import { zipSync } from 'fflate';
import type { Files } from './files.ts';

/** A zip tells when each file was changed; the same files make the same zip when it always tells its earliest time. */
const NO_TIME = new Date(1980, 0, 1);

/** Made on Unix, where files have modes. */
const UNIX = 3;

/**
 * A plain file that all may read: Lambda runs as a user of its own
 * (https://docs.aws.amazon.com/lambda/latest/dg/lambda-deploy-functions.html).
 */
const READABLE = 0o100644 << 16;

/** The zip of some files: the same bytes for the same files, whenever and wherever it is made. */
export function toZip(files: Files): Uint8Array {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return zipSync(Object.fromEntries(sorted), { level: 9, mtime: NO_TIME, os: UNIX, attrs: READABLE });
}
