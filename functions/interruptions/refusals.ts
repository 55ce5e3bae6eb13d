import { findEpochMs, parseMachineId, parseTargetId, toInstant } from '../../shared/ids.ts';
import type { Hash, Refusal } from '../../shared/ports.ts';
import { mapLimited } from '../../shared/reconcile/map-limited.ts';
import type { Instant, MachineId, NonEmpty } from '../../shared/words.ts';
import { findJson, findTextAt } from '../json.ts';
import { type Blob, type Container, ensureBlob, isMissing, isTaken } from './blobs.ts';

const PREFIX = 'refusals';
const PARALLEL = 8;
/** Asking for more than so many blobs one by one costs more than listing them all. */
const MOST_SINGLY = 20;
/** https://learn.microsoft.com/rest/api/storageservices/setting-and-retrieving-properties-and-metadata-for-blob-resources: 8 kB in all. */
const LONGEST_DETAIL = 1_000;

/** The refusals of one account, a blob for each target of each machine. */
export interface Shelf {
  readonly container: Container;
  readonly account: string;
  readonly hash: Hash;
}

export async function findRefusals(shelf: Shelf, machines: NonEmpty<MachineId> | null): Promise<readonly Refusal[]> {
  if (machines === null) return refusalsIn(await list(shelf, ''));
  if (machines.length > MOST_SINGLY) {
    const wanted = new Set(machines);
    return refusalsIn(await list(shelf, '')).filter(({ machine }) => wanted.has(machine));
  }
  const found = await mapLimited(machines, PARALLEL, (machine) => list(shelf, `${shelf.hash(machine)}/`));
  return refusalsIn(found.flat());
}

export async function writeRefusal(shelf: Shelf, refusal: Refusal): Promise<void> {
  const blob = blobOf(shelf, refusal);
  const metadata = { refusal: encode(refusal) };
  try {
    await blob.setMetadata(metadata);
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    await ensureBlob(blob);
    await blob.setMetadata(metadata);
  }
}

/** Forgets what was tried before something happened; what is written in the meantime stays. */
export async function removeRefusals(shelf: Shelf, machines: NonEmpty<MachineId>, happened: Instant): Promise<void> {
  await mapLimited(machines, PARALLEL, async (machine) => {
    const entries = await list(shelf, `${shelf.hash(machine)}/`);
    for (const { blob, refusal, etag } of entries) {
      if (refusal === null || refusal.at < happened) await remove(blob, etag);
    }
  });
}

async function remove(blob: Blob, etag: string): Promise<void> {
  // Lists have tags without the quotes that a condition needs.
  const conditions = { ifMatch: `"${etag.replaceAll('"', '')}"` };
  await blob.delete({ conditions }).catch((thrown: unknown) => {
    if (!isMissing(thrown) && !isTaken(thrown)) throw thrown;
  });
}

const blobOf = ({ container, account, hash }: Shelf, { machine, target }: Refusal): Blob =>
  container.getBlockBlobClient(`${PREFIX}/${account}/${hash(machine)}/${hash(target ?? 'detach')}`);

/** A blob of a refusal, as it is listed. */
interface Entry {
  readonly blob: Blob;
  /** `null`: nothing was written yet, or not by us. */
  readonly refusal: Refusal | null;
  readonly etag: string;
}

async function list({ container, account }: Shelf, under: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  const prefix = `${PREFIX}/${account}/${under}`;
  for await (const { name, properties, metadata = {} } of container.listBlobsFlat({ prefix, includeMetadata: true })) {
    const blob = container.getBlockBlobClient(name);
    entries.push({ blob, refusal: decode(metadata['refusal']), etag: properties.etag });
  }
  return entries;
}

const refusalsIn = (entries: readonly Entry[]): readonly Refusal[] => entries.flatMap(({ refusal }) => refusal ?? []);

/** Metadata are headers, which hold only ASCII; names of groups and what Azure says may be in any script. */
const encode = (refusal: Refusal): string =>
  Buffer.from(JSON.stringify({ ...refusal, detail: refusal.detail.slice(0, LONGEST_DETAIL) }), 'utf8').toString(
    'base64url',
  );

/** `null`: nothing was written yet, or not by us. */
function decode(written: string | undefined): Refusal | null {
  const found = findJson(Buffer.from(written ?? '', 'base64url').toString('utf8'));
  const machine = findTextAt(found, 'machine');
  const code = findTextAt(found, 'code');
  const atMs = findEpochMs(findTextAt(found, 'at') ?? '');
  const untilMs = findEpochMs(findTextAt(found, 'until') ?? '');
  if (machine === null || atMs === null || untilMs === null) return null;
  if (code !== 'needs-restart' && code !== 'operation-failed') return null;
  const about = findTextAt(found, 'target');
  const target = about === null ? null : parseTargetId(about);
  const detail = findTextAt(found, 'detail') ?? '';
  return { machine: parseMachineId(machine), target, code, detail, at: toInstant(atMs), until: toInstant(untilMs) };
}
