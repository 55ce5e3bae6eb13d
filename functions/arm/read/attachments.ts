import type { Fault } from '../../../shared/fault.ts';
import { parseTargetId } from '../../../shared/ids.ts';
import { mapLimited } from '../../../shared/reconcile/map-limited.ts';
import type { AccountId, Attachment } from '../../../shared/words.ts';
import { findTextAt } from '../../json.ts';
import type { Tap } from '../destinations/tap.ts';
import type { Taps, TapsRead } from '../destinations/taps.ts';
import { CALLS } from '../permissions.ts';
import { findResource } from '../resource-id.ts';
import type { Exchange } from '../traffic/wire.ts';
import { findAttachment, tapConfigurationsOf, toAttachment } from './convert.ts';
import { readAll } from './pages.ts';

const PARALLEL_READS = 3;

export interface AttachmentsRead {
  readonly attachments: readonly Attachment[];
  readonly faults: readonly Fault[];
}

/** Where TAP configurations are looked up that an interface's body only names. */
export interface Lookup {
  readonly exchange: Exchange;
  readonly taps: Taps;
  readonly subscription: AccountId;
  /** The VTAPs that are known. */
  readonly known: readonly Tap[];
}

/**
 * The TAP configurations of interfaces, from the interfaces' own bodies. Where a body only names them, the VTAP that lists
 * one says where it points; only what no VTAP lists is asked for, interface by interface.
 */
export async function readAttachments(interfaces: readonly unknown[], lookup: Lookup): Promise<AttachmentsRead> {
  const bodies = interfaces.map((body) => ({ body, attachments: findAllOf(body, lookup.known) }));
  const unclear = bodies.flatMap(({ body, attachments }) => (attachments === null ? [body] : []));
  const known = unclear.length > 1 ? [...lookup.known, ...(await listTaps(lookup))] : lookup.known;
  const reads = await mapLimited(unclear, PARALLEL_READS, (body) => attachmentsOf(body, { ...lookup, known }));
  return {
    attachments: [
      ...bodies.flatMap(({ attachments }) => attachments ?? []),
      ...reads.flatMap((read) => read.attachments),
    ],
    faults: reads.flatMap((read) => read.faults),
  };
}

/** One list of the VTAPs that people made tells of many interfaces; what it does not tell is asked for all the same. */
const listTaps = async ({ taps, subscription }: Lookup): Promise<readonly Tap[]> =>
  (await taps.list(subscription)).taps;

/** `null`: of one that is only named it is not known where it points. */
function findAllOf(body: unknown, taps: readonly Tap[]): readonly Attachment[] | null {
  const named = tapConfigurationsOf(body).map((one) => findAttachment(one) ?? findListed(one, taps));
  const attachments = named.filter((one) => one !== null);
  return attachments.length === named.length ? attachments : null;
}

async function attachmentsOf(body: unknown, { exchange, known }: Lookup): Promise<AttachmentsRead> {
  const attachments = findAllOf(body, known);
  const id = findTextAt(body, 'id');
  if (attachments !== null || id === null) return { attachments: attachments ?? [], faults: [] };
  const listed = await readAll(exchange, CALLS.listTapConfigurations, `${id}/tapConfigurations`);
  if (listed.kind === 'unread') return { attachments: [], faults: [listed.fault] };
  return { attachments: listed.bodies.flatMap((one) => findAttachment(one) ?? []), faults: [] };
}

/** A VTAP lists the TAP configurations that it mirrors for: what it lists is ready. */
function findListed(body: unknown, taps: readonly Tap[]): Attachment | null {
  const resource = findResource(findTextAt(body, 'id') ?? '');
  const tap = taps.find(({ lists }) => resource !== null && lists.has(resource.id));
  return resource === null || tap === undefined ? null : toAttachment(resource, tap.target.id, 'ready');
}

/**
 * Attachments of ours that their VTAP does not list are `unlisted`. What was remembered or read at the same moment may be
 * older than an attachment, and putting it again would interrupt its machine for nothing: such a VTAP is read again first.
 */
export async function findUnlisted(read: readonly Attachment[], known: TapsRead, taps: Taps): Promise<FoundUnlisted> {
  const suspects = read.filter((attachment) => isUnlisted(attachment, known.taps));
  if (suspects.length === 0) return { attachments: read, taps: known };
  const doubted = new Set(suspects.map(({ settings }) => settings.target));
  const again = await taps.readAgain([...doubted]);
  const isUnread = again.faults.length > 0;
  // One that is not there any more when it is read again is gone.
  const standing = known.taps.filter(({ target }) => isUnread || !doubted.has(target.id));
  const fresh = [...new Map([...standing, ...again.taps].map((tap) => [tap.target.id, tap])).values()];
  const attachments = read.map((attachment): Attachment =>
    isUnlisted(attachment, fresh) && !isUnread ? { ...attachment, state: 'unlisted' } : attachment,
  );
  return { attachments, taps: { taps: fresh, faults: [...known.faults, ...again.faults] } };
}

export interface FoundUnlisted {
  readonly attachments: readonly Attachment[];
  readonly taps: TapsRead;
}

const isUnlisted = ({ id, mark, state, settings }: Attachment, taps: readonly Tap[]): boolean => {
  const tap = taps.find(({ target }) => target.id === parseTargetId(settings.target));
  return mark !== null && state === 'ready' && tap !== undefined && !tap.lists.has(id);
};
