import { findEpochMs, parseMachineId, toInstant } from '../../shared/ids.ts';
import type { Hash, Refusal } from '../../shared/ports.ts';
import { mapLimited } from '../../shared/reconcile/map-limited.ts';
import type { MachineId, NonEmpty } from '../../shared/words.ts';
import { findJson, findTextAt } from '../json.ts';
import { ensureBlob, isMissing, type Container } from './blobs.ts';

const PREFIX = 'refusals';
const PARALLEL = 8;
/** Asking for more than so many blobs one by one costs more than listing them all. */
const MOST_SINGLY = 20;
/** https://learn.microsoft.com/rest/api/storageservices/setting-and-retrieving-properties-and-metadata-for-blob-resources: 8 kB in all. */
const LONGEST_DETAIL = 1_000;

/** The refusals of one account, a blob for each machine. */
export interface Shelf {
  readonly container: Container;
  readonly account: string;
  readonly hash: Hash;
}

export async function findRefusals(shelf: Shelf, machines: NonEmpty<MachineId> | null): Promise<readonly Refusal[]> {
  if (machines === null) return listAll(shelf);
  if (machines.length > MOST_SINGLY) {
    const wanted = new Set(machines);
    return (await listAll(shelf)).filter(({ machine }) => wanted.has(machine));
  }
  const found = await mapLimited(machines, PARALLEL, (machine) => findOne(shelf, machine));
  return found.filter((refusal) => refusal !== null);
}

export async function writeRefusal(shelf: Shelf, refusal: Refusal): Promise<void> {
  const blob = blobOf(shelf, refusal.machine);
  const metadata = { refusal: encode(refusal) };
  try {
    await blob.setMetadata(metadata);
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    await ensureBlob(blob);
    await blob.setMetadata(metadata);
  }
}

export async function removeRefusals(shelf: Shelf, machines: NonEmpty<MachineId>): Promise<void> {
  await mapLimited(machines, PARALLEL, async (machine) => {
    await blobOf(shelf, machine)
      .delete()
      .catch((thrown: unknown) => {
        if (!isMissing(thrown)) throw thrown;
      });
  });
}

const blobOf = ({ container, account, hash }: Shelf, machine: MachineId) =>
  container.getBlockBlobClient(`${PREFIX}/${account}/${hash(machine)}`);

async function listAll({ container, account }: Shelf): Promise<readonly Refusal[]> {
  const refusals: Refusal[] = [];
  for await (const { metadata = {} } of container.listBlobsFlat({
    prefix: `${PREFIX}/${account}/`,
    includeMetadata: true,
  })) {
    const refusal = decode(metadata['refusal']);
    if (refusal !== null) refusals.push(refusal);
  }
  return refusals;
}

async function findOne(shelf: Shelf, machine: MachineId): Promise<Refusal | null> {
  try {
    const { metadata = {} } = await blobOf(shelf, machine).getProperties();
    return decode(metadata['refusal']);
  } catch (thrown) {
    if (isMissing(thrown)) return null;
    throw thrown;
  }
}

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
  const untilMs = findEpochMs(findTextAt(found, 'until') ?? '');
  if (machine === null || untilMs === null || (code !== 'needs-restart' && code !== 'operation-failed')) return null;
  const detail = findTextAt(found, 'detail') ?? '';
  return { machine: parseMachineId(machine), code, detail, until: toInstant(untilMs) };
}
