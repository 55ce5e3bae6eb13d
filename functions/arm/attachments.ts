import type { Fault } from '../../shared/fault.ts';
import { parseTargetId } from '../../shared/ids.ts';
import { mapLimited } from '../../shared/reconcile/map-limited.ts';
import type { Attachment, TargetId } from '../../shared/words.ts';
import { findTextAt } from '../json.ts';
import { findAttachment, type Tap, tapConfigurationsOf, toAttachment } from './convert.ts';
import type { Exchange } from './exchange.ts';
import { CALLS } from './permissions.ts';
import { readAll } from './read.ts';
import { findResource } from './resource-id.ts';
import type { Taps, TapsRead } from './taps.ts';

const PARALLEL_READS = 3;

export interface AttachmentsRead {
  readonly attachments: readonly Attachment[];
  readonly faults: readonly Fault[];
}

/**
 * The TAP configurations of interfaces, from the interfaces' own bodies. Where a body only names them, the VTAP that lists
 * one says where it points; only what no known VTAP lists is asked for, interface by interface.
 */
export async function readAttachments(
  exchange: Exchange,
  interfaces: readonly unknown[],
  taps: readonly Tap[],
): Promise<AttachmentsRead> {
  const reads = await mapLimited(interfaces, PARALLEL_READS, (body) => attachmentsOf(exchange, body, taps));
  return { attachments: reads.flatMap((read) => read.attachments), faults: reads.flatMap((read) => read.faults) };
}

async function attachmentsOf(exchange: Exchange, body: unknown, taps: readonly Tap[]): Promise<AttachmentsRead> {
  const named = tapConfigurationsOf(body).map((one) => findAttachment(one) ?? findListed(one, taps));
  const attachments = named.filter((one) => one !== null);
  const id = findTextAt(body, 'id');
  if (attachments.length === named.length || id === null) return { attachments, faults: [] };
  const listed = await readAll(exchange, CALLS.listTapConfigurations, `${id}/tapConfigurations`);
  if (listed.kind === 'unread') return { attachments: [], faults: [listed.fault] };
  return { attachments: listed.bodies.flatMap((one) => findAttachment(one) ?? []), faults: [] };
}

/** A VTAP lists the TAP configurations that it mirrors for: what it lists is ready. */
function findListed(body: unknown, taps: readonly Tap[]): Attachment | null {
  const resource = findResource(findTextAt(body, 'id') ?? '');
  const tap = taps.find(({ lists }) => resource !== null && lists.has(resource.id));
  return resource === null || tap === undefined ? null : toAttachment(resource.id, tap.target.id, 'ready');
}

/**
 * Attachments of ours that their VTAP does not list are `unlisted`. What was remembered or read at the same moment may be
 * older than an attachment, and putting it again would interrupt its machine for nothing: such a VTAP is read again first.
 */
export async function findUnlisted(read: readonly Attachment[], known: TapsRead, taps: Taps): Promise<FoundUnlisted> {
  const suspects = read.filter((attachment) => isUnlisted(attachment, known.taps));
  if (suspects.length === 0) return { attachments: read, taps: known };
  const again = await taps.readAgain([...new Set(suspects.map(({ settings }) => settings.target))]);
  const fresh = new Map([...known.taps, ...again.taps].map((tap) => [tap.target.id, tap]));
  const unread = new Set<TargetId>(again.faults.length > 0 ? suspects.map(({ settings }) => settings.target) : []);
  const attachments = read.map((attachment): Attachment =>
    isUnlisted(attachment, [...fresh.values()]) && !unread.has(attachment.settings.target)
      ? { ...attachment, state: 'unlisted' }
      : attachment,
  );
  return { attachments, taps: { taps: [...fresh.values()], faults: [...known.faults, ...again.faults] } };
}

export interface FoundUnlisted {
  readonly attachments: readonly Attachment[];
  readonly taps: TapsRead;
}

const isUnlisted = ({ id, mark, state, settings }: Attachment, taps: readonly Tap[]): boolean => {
  const tap = taps.find(({ target }) => target.id === parseTargetId(settings.target));
  return mark !== null && state === 'ready' && tap !== undefined && !tap.lists.has(id);
};
