import { Fault } from '../../../shared/fault.ts';
import { parseAttachmentId } from '../../../shared/ids.ts';
import { findMarkInName, toMarkName } from '../../../shared/mark.ts';
import type { Attach, Change, Detach, Modify, Retarget } from '../../../shared/plan/change.ts';
import type { Outcome } from '../../../shared/ports.ts';
import type { AttachmentId, Owner } from '../../../shared/words.ts';
import { CALLS } from '../permissions.ts';
import { explain, isInPlaceRefusal } from '../refusals/faults.ts';
import type { Standings, Write } from '../refusals/standings.ts';
import { findResource } from '../resource-id.ts';
import type { Lately } from './lately.ts';
import { carryOut, type Ending } from './operation.ts';
import { type Before, endOf, toOutcome } from './outcome.ts';
import { put, putAgain, putUnlessRight, type Writing } from './put.ts';
import type { Hand } from './waiting.ts';

/** Who writes, and what is known of earlier writes. */
export interface Writer extends Hand {
  readonly standings: Standings;
  readonly lately: Lately;
}

/**
 * Carries out one change, to the end of the operation that it starts. An attachment of ours is a TAP configuration of the
 * mark's name; moving it is one PUT of the same name, so that there is no gap.
 */
export async function applyChange(writer: Writer, change: Change, owner: Owner): Promise<Outcome> {
  const attachment = attachmentOf(change, owner);
  if (findMarkInName(findResource(attachment)?.name ?? '') === null) {
    const detail = `${attachment} does not bear our mark: it was left alone; report this`;
    return { kind: 'failed', change, code: 'unexpected', detail };
  }
  switch (change.kind) {
    case 'attach':
      return attach(writer, change, attachment);
    case 'modify':
    case 'retarget':
      return change.from.target === change.to.target ? repair(writer, change) : retarget(writer, change);
    case 'detach':
      return detach(writer, change);
  }
}

const attachmentOf = (change: Change, owner: Owner): AttachmentId =>
  change.kind === 'attach'
    ? parseAttachmentId(`${change.source}/tapConfigurations/${toMarkName(owner)}`)
    : change.attachment;

async function attach(writer: Writer, change: Attach, attachment: AttachmentId): Promise<Outcome> {
  const writing: Writing = { attachment, target: change.to.target, before: null };
  const write = writer.lately.has(attachment) ? putUnlessRight : put;
  const end = await writeOnce(writer, writing, write);
  return toOutcome({ change, attachment, call: CALLS.putTapConfiguration, end, before: null });
}

/** What points where it should, and does not mirror. */
async function repair(writer: Writer, change: Modify | Retarget): Promise<Outcome> {
  const { attachment } = change;
  const writing: Writing = { attachment, target: change.to.target, before: change.from.target };
  const end = await writeOnce(writer, writing, putAgain);
  return toOutcome({ change, attachment, call: CALLS.putTapConfiguration, end, before: null });
}

async function retarget(writer: Writer, change: Modify | Retarget): Promise<Outcome> {
  const { attachment } = change;
  const writing: Writing = { attachment, target: change.to.target, before: change.from.target };
  const end = await writeOnce(writer, writing, writer.lately.has(attachment) ? putUnlessRight : put);
  const isRefused = !(end instanceof Fault) && end.kind === 'refused' && isInPlaceRefusal(end.refusal);
  if (isRefused) return replace(writer, change, explain(end.refusal, { address: attachment, target: null, needs: [] }));
  return toOutcome({ change, attachment, call: CALLS.putTapConfiguration, end, before: null });
}

/** Azure does not change it in place: it is deleted and created, which leaves a gap and interrupts a machine twice. */
async function replace(writer: Writer, change: Modify | Retarget, said: string): Promise<Outcome> {
  const { attachment } = change;
  const inPlace: Before = { words: `Azure refuses to change ${attachment} in place (${said})`, isThere: 'yes' };
  const deletion = await remove(writer, attachment);
  const isDeleted = !(deletion instanceof Fault) && (deletion.kind === 'succeeded' || deletion.kind === 'absent');
  if (!isDeleted) {
    return toOutcome({ change, attachment, call: CALLS.deleteTapConfiguration, end: deletion, before: inPlace });
  }
  // However little time is left: until it is created again nothing is mirrored.
  const end = await writeOnce(writer, { attachment, target: change.to.target, before: null }, put);
  const gone = `${inPlace.words}, so it was deleted; nothing of ${change.source} is mirrored until it is created again`;
  const before: Before = { words: gone, isThere: 'no' };
  return toOutcome({ change, attachment, call: CALLS.putTapConfiguration, end, before });
}

async function detach(writer: Writer, change: Detach): Promise<Outcome> {
  const { attachment } = change;
  const end = await remove(writer, attachment);
  return toOutcome({ change, attachment, call: CALLS.deleteTapConfiguration, end, before: null });
}

type Put = (hand: Hand, writing: Writing) => Promise<Ending>;

const writeOnce = (writer: Writer, writing: Writing, write: Put): Promise<Ending | Fault> => {
  const { attachment, target } = writing;
  return unlessRefused(writer, { method: 'PUT', attachment, target }, () => write(writer, writing));
};

const remove = (writer: Writer, attachment: AttachmentId): Promise<Ending | Fault> =>
  unlessRefused(writer, { method: 'DELETE', attachment, target: null }, () =>
    carryOut(writer, { call: CALLS.deleteTapConfiguration, address: attachment, body: null }),
  );

/** Makes a write, unless what Azure said of another one in this run answers it. */
async function unlessRefused(
  { standings, lately }: Writer,
  write: Write,
  make: () => Promise<Ending>,
): Promise<Ending | Fault> {
  const known = standings.find(write);
  if (known !== null) return { kind: 'refused', refusal: { ...known, said: `not tried, like others: ${known.said}` } };
  const end = await endOf(make(), `writing ${write.attachment}`);
  if (end instanceof Fault) return end;
  if (end.kind === 'refused') standings.refuse(write, end.refusal);
  if (end.kind === 'succeeded') {
    standings.succeed(write);
    if (write.method === 'PUT') lately.write(write.attachment);
    else lately.forget(write.attachment);
  }
  return end;
}
