import type { SQSBatchResponse } from 'aws-lambda';
import { Fault } from '../shared/fault.ts';
import { handleWork } from '../shared/reconcile/handle-work.ts';
import type { Scope } from '../shared/words.ts';
import { findWork, type Work } from '../shared/work.ts';
import { composeOnce, type AwsDeps } from './compose.ts';
import { endOf, type Remaining } from './deadline.ts';
import { unwrap } from './envelope.ts';
import { identify } from './event-bridge.ts';
import { findJson, findTextAt, listAt } from './fields.ts';
import { findCorrelation } from './identity.ts';

interface Item {
  readonly id: string;
  readonly work: Work;
}

/** Work that one message body asks for. What cannot be read is logged once, without its contents, and acknowledged. */
function toItems(deps: AwsDeps, scopes: readonly Scope[], id: string, body: unknown): readonly Item[] {
  const work = findWork(body);
  if (work !== null) return [{ id, work }];
  const { clock, newId, ownRoles, journal } = deps;
  const identified = identify(body, { scopes, nowMs: clock.now(), newId, ownRoles });
  if (identified.kind === 'work') return identified.work.map((piece) => ({ id, work: piece }));
  if (identified.kind === 'unreadable') {
    const detail = `reading message ${id}: ${identified.why}; it is acknowledged and nothing is done`;
    journal.write({
      correlation: id,
      scope: null,
      rulesVersion: null,
      kind: 'fault',
      code: 'event-unreadable',
      detail,
    });
  }
  return [];
}

const isBatch = (event: unknown): boolean => findTextAt(listAt(event, 'Records')[0], 'eventSource') === 'aws:sqs';

/** Messages of a queue: those that failed are delivered again, alone. */
async function handleBatch(deps: AwsDeps, event: unknown, endsAtMs: number | null): Promise<SQSBatchResponse> {
  const scopes = await deps.cloud.scopes();
  const items = listAt(event, 'Records').flatMap((record) => {
    const body = findJson(findTextAt(record, 'body') ?? '');
    return toItems(deps, scopes, findTextAt(record, 'messageId') ?? '', unwrap(body, findTextAt(record, 'awsRegion')));
  });
  const { failed } = await handleWork(deps, items, endsAtMs);
  return { batchItemFailures: [...new Set(failed)].map((itemIdentifier) => ({ itemIdentifier })) };
}

/** One event without a queue: only an error has Lambda deliver it again. */
async function handleEvent(deps: AwsDeps, event: unknown, endsAtMs: number | null): Promise<void> {
  const id = findCorrelation(event) ?? deps.newId();
  const { failed } = await handleWork(deps, toItems(deps, await deps.cloud.scopes(), id, event), endsAtMs);
  if (failed.length > 0) throw new Fault('unexpected', `handling event ${id}: see the lines of this invocation`);
}

/** Looks at what messages of a queue or one bare EventBridge event name, as far as the time of the invocation allows. */
export const onChange =
  (compose: () => AwsDeps) =>
  async (event: unknown, context?: Remaining): Promise<SQSBatchResponse | void> => {
    const deps = compose();
    const endsAtMs = endOf(deps.clock, context);
    return isBatch(event) ? handleBatch(deps, event, endsAtMs) : handleEvent(deps, event, endsAtMs);
  };

/** What Lambda calls. */
export const handler = onChange(composeOnce());
