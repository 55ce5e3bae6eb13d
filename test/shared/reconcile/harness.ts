import { createHash } from 'node:crypto';
import { findWork, type Work } from '../../../shared/work.ts';
import type { Config } from '../../../shared/config/config.ts';
import { toInstant } from '../../../shared/ids.ts';
import type { JournalEntry } from '../../../shared/journal.ts';
import type { Mode, WorkQueues } from '../../../shared/ports.ts';
import type { Invocation } from '../../../shared/reconcile/invocation.ts';
import type { Look } from '../../../shared/reconcile/batch/look-group.ts';
import { rememberInterruptions } from '../../../shared/reconcile/interruptions.ts';
import { rememberDisruptions } from '../../../shared/reconcile/recent.ts';
import { rememberRequests } from '../../../shared/reconcile/sweep-requests.ts';
import type { Instant, NonEmpty, RulesVersion, Subject, World } from '../../../shared/words.ts';
import { type MemoryCloud, memoryCloud } from './memory-cloud.ts';

export const NOW_MS = Date.parse('2026-01-02T03:04:05Z');
export const NOW: Instant = toInstant(NOW_MS);

/** A message that waits. */
export interface Sent {
  readonly queue: 'event' | 'bulk';
  readonly work: Work;
  readonly delaySeconds: number;
}

/** A deployment in memory: real use cases over ports that a test can look into. */
export interface Harness {
  readonly deps: Invocation;
  readonly cloud: MemoryCloud;
  readonly sent: readonly Sent[];
  readonly journal: readonly JournalEntry[];
  mode: Mode;
  config: Config;
  nowMs: number;
  onSend: () => void;
  onLoad: () => void;
  /** What waits on a queue, taken off it. */
  take(queue: 'event' | 'bulk'): readonly { readonly id: string; readonly work: Work }[];
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

export function harness(config: Config, ...worlds: readonly [World, ...World[]]): Harness {
  const sent: Sent[] = [];
  const journal: JournalEntry[] = [];
  const cloud = memoryCloud(...worlds);
  let ids = 0;
  const send: WorkQueues['send'] = async (queue, works, delaySeconds) => {
    await Promise.resolve();
    self.onSend();
    for (const work of works) sent.push({ queue, work: throughWire(work), delaySeconds });
  };
  const load = async () => {
    await Promise.resolve();
    self.onLoad();
    return { config: self.config, version: hash(JSON.stringify(self.config)).slice(0, 12) as RulesVersion };
  };
  const self: Harness = {
    deps: {
      cloud,
      queues: { send },
      rules: { followedBy: 'reader', load },
      clock: { now: () => self.nowMs },
      journal: { write: (entry) => void journal.push(entry) },
      hash,
      recent: rememberDisruptions(),
      requests: rememberRequests(),
      interruptions: rememberInterruptions({ now: () => self.nowMs }),
      mode: () => self.mode,
      parallelism: 4,
      endsAtMs: null,
      beganAtMs: NOW_MS,
      newId: () => `id-${(ids += 1)}`,
    },
    cloud,
    sent,
    journal,
    mode: 'enforce',
    config,
    nowMs: NOW_MS,
    onSend: () => {},
    onLoad: () => {},
    take(queue) {
      const taken = sent.filter((one) => one.queue === queue);
      for (const one of taken) sent.splice(sent.indexOf(one), 1);
      return taken.map(({ work }, at) => ({ id: `${queue}-${at}`, work }));
    },
  };
  return self;
}

/** A message is text in between; what a queue's reader would refuse must not be sent. */
function throughWire(work: Work): Work {
  const read = findWork(JSON.parse(JSON.stringify(work)));
  if (read === null) throw new Error(`not work: ${JSON.stringify(work)}`);
  return read;
}

export const look = (world: World, subjects: NonEmpty<Subject>, since: Instant = NOW): Look => ({
  kind: 'look',
  scope: world.scope,
  subjects,
  run: null,
  correlation: 'event-1',
  since,
  hook: null,
  isRestart: false,
  askedBy: 'event',
  waiting: [],
});
