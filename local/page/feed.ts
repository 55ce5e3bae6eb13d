import { toInstant } from '../../shared/ids.ts';
import type { JournalEntry } from '../../shared/journal.ts';
import type { Journal } from '../../shared/ports.ts';
import type { Change } from '../../shared/plan/change.ts';
import { nameScope } from '../../shared/print/plan-view.ts';
import { shortId } from '../../shared/print/short-id.ts';
import { DETACHES } from '../../shared/reason.ts';
import type { Cloud, MachineId, Scope, Settings } from '../../shared/words.ts';
import type { FeedItem, Latency } from './page-state.ts';

const ITEMS_KEPT = 120;
const TIMES_KEPT = 200;

/** What happened, as the page tells it. */
export interface Feed {
  /** The journal that the hosted handlers write to. */
  readonly journal: Journal;
  /** Something that a person or the demo did, or that concerns the rules file. */
  say(tone: FeedItem['tone'], cloud: Cloud | null, text: string): void;
  items(): readonly FeedItem[];
  onItem(listener: (item: FeedItem) => void): void;
  latency(): Latency;
}

interface FeedPorts {
  readonly now: () => number;
  /** When the event of that correlation happened, where it is known more exactly than the event itself says. */
  readonly findEventMs: (correlation: string) => number | null;
  /** What people call a machine. */
  readonly findName: (machine: MachineId) => string | null;
}

/**
 * Collects journal entries. Sweeps say the same of what is held every few seconds: it is told when it changes, and told
 * again when it came back.
 */
export function createFeed({ now, findEventMs, findName }: FeedPorts): Feed {
  const listeners = new Set<(item: FeedItem) => void>();
  let items: readonly FeedItem[] = [];
  let times: readonly number[] = [];
  let sequence = 0;
  const told = new Map<string, string>();

  const add = (item: Pick<FeedItem, 'tone' | 'cloud' | 'text'> & Partial<FeedItem>): void => {
    const full: FeedItem = { id: (sequence += 1), at: toInstant(now()), code: null, afterMs: null, ...item };
    items = [full, ...items].slice(0, ITEMS_KEPT);
    listeners.forEach((listener) => listener(full));
  };

  const tellOnce = (about: string, text: string, item: Parameters<typeof add>[0]): void => {
    if (told.get(about) === text) return;
    told.set(about, text);
    add(item);
  };

  const nameOf = ({ source, machine }: About): string =>
    (machine === null ? null : (findName(machine) ?? shortId(machine))) ?? shortId(source);

  const write = (entry: JournalEntry): void => {
    const cloud = entry.scope?.cloud ?? null;
    switch (entry.kind) {
      case 'applied': {
        const { change } = entry;
        const sinceMs = findEventMs(entry.correlation) ?? Date.parse(entry.since);
        const afterMs = change.kind === 'attach' ? Math.max(0, now() - sinceMs) : null;
        if (afterMs !== null) times = [afterMs, ...times].slice(0, TIMES_KEPT);
        for (const key of told.keys()) if (key.startsWith(`${change.source} `)) told.delete(key);
        return add({ tone: TONES[change.kind], cloud, text: sayDone(change, nameOf(change)), afterMs });
      }
      case 'held': {
        const { hold } = entry;
        // It ends by itself in a moment: the page shows it as long as it lasts.
        if (hold.code === 'changing') return undefined;
        const about = `${hold.source} ${hold.code} ${hold.destination ?? ''}`;
        const text = `held ${nameOf(hold)}: ${hold.code}: ${hold.detail}`;
        return tellOnce(about, text, { tone: 'hold', cloud, text });
      }
      case 'refused': {
        const { change, code, detail } = entry;
        return add({ tone: 'alarm', cloud, text: `${change.kind} on ${nameOf(change)} refused: ${detail}`, code });
      }
      case 'gone':
        return add({ tone: 'faint', cloud, text: `${nameOf(entry.change)}: ${entry.detail}` });
      case 'continued':
        return add({ tone: 'faint', cloud, text: `time ran short: ${entry.sources} interfaces are back on the queue` });
      case 'dead-letters': {
        const text = `${entry.messages} messages of the ${entry.lane} queue were given up and are kept`;
        return tellOnce(`dead letters ${entry.lane}`, text, { tone: 'alarm', cloud, text });
      }
      case 'released': {
        const name = findName(entry.machine) ?? shortId(entry.machine);
        return add({
          tone: 'faint',
          cloud,
          text: `${name} of ${entry.group} goes into service: its launch hook is completed`,
        });
      }
      case 'guard-tripped': {
        const text = entry.trips.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
        return tellOnce(`guard ${keyOf(entry.scope)}`, text, { tone: 'alarm', cloud, text: `guard tripped: ${text}` });
      }
      case 'incomplete': {
        const text = entry.why.join('; ');
        return tellOnce(`incomplete ${keyOf(entry.scope)}`, text, {
          tone: 'alarm',
          cloud,
          text: `not read wholly: ${text}`,
        });
      }
      case 'fault':
        return add({ tone: 'alarm', cloud, text: entry.detail, code: entry.code });
      case 'planned':
      case 'noted':
      case 'finished':
        return undefined;
    }
  };

  return {
    journal: { write },
    say: (tone, cloud, text) => add({ tone, cloud, text }),
    items: () => items,
    onItem: (listener) => void listeners.add(listener),
    latency: () => ({ lastMs: times[0] ?? null, medianMs: median(times), count: times.length }),
  };
}

type About = Pick<Change, 'source' | 'machine'>;

const TONES = { attach: 'add', modify: 'change', retarget: 'change', detach: 'remove' } as const;

function sayDone(change: Change, name: string): string {
  switch (change.kind) {
    case 'attach':
      return `attached ${name} to ${change.destination}${sayNumber(change.to)}`;
    case 'modify':
      return `modified what ${name} has to ${change.destination}${sayNumber(change.to)}`;
    case 'retarget':
      return `moved ${name} to ${change.destination}${sayNumber(change.to)}`;
    case 'detach':
      return `detached ${shortId(change.attachment).split('/').at(-1)} from ${name}: ${DETACHES[change.because]}`;
  }
}

const sayNumber = ({ number }: Settings): string => (number === null ? '' : `, number ${number}`);

const keyOf = (scope: Scope | null): string => (scope === null ? '' : nameScope(scope));

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [upper, lower] = [sorted[middle], sorted[sorted.length % 2 === 1 ? middle : middle - 1]];
  return upper === undefined || lower === undefined ? null : (upper + lower) / 2;
}
