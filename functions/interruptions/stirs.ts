import { Fault } from '../../shared/fault.ts';
import { findEpochMs } from '../../shared/ids.ts';
import type { Instant } from '../../shared/words.ts';
import { type Blob, ensureBlob, isMissing, isTaken } from './blobs.ts';

/** More events than this do not write about one machine within the milliseconds that one write takes. */
const MOST_TRIES = 10;

/** Writes down that something happened, unless something later is written there. The result is the latest that is known. */
export async function stirBlob(blob: Blob, happened: Instant): Promise<Instant> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const latest = await tryStir(blob, happened);
    if (latest !== null) return latest;
  }
  throw new Fault(
    'unreachable',
    `writing that a machine is to be changed: others always were first; it is tried again`,
  );
}

/** The latest that is written there; `null`: nothing is. */
export async function readStir(blob: Blob): Promise<Instant | null> {
  try {
    const { metadata = {} } = await blob.getProperties();
    return (metadata['latest'] ?? null) as Instant | null;
  } catch (thrown) {
    if (isMissing(thrown)) return null;
    throw thrown;
  }
}

/** `null`: somebody else wrote in between. */
async function tryStir(blob: Blob, happened: Instant): Promise<Instant | null> {
  try {
    const { metadata = {}, etag } = await blob.getProperties();
    const known = metadata['latest'] as Instant | undefined;
    if (known !== undefined && (findEpochMs(known) ?? 0) >= (findEpochMs(happened) ?? 0)) return known;
    await blob.setMetadata({ latest: happened }, { conditions: etag === undefined ? {} : { ifMatch: etag } });
    return happened;
  } catch (thrown) {
    if (isTaken(thrown)) return null;
    if (!isMissing(thrown)) throw thrown;
    await ensureBlob(blob);
    return null;
  }
}
