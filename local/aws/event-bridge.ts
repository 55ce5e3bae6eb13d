import type { CloudEvent, Origin } from './ec2/call.ts';
import type { Random } from './ec2/randomness.ts';
import { newUuid } from './ec2/randomness.ts';
import { compilePattern } from './pattern.ts';

/** The bus options: its rules by name, and where events go that match one. */
export interface BusOptions {
  readonly rules: Readonly<Record<string, unknown>>;
  readonly nowMs: () => number;
  readonly random: Random;
  readonly deliver: (rule: string, body: string) => void;
}

/** The default event buses of all accounts, whose rules forward to the same queues. */
export interface EventBus {
  /** Puts an event of the cloud on the bus, in the envelope of EventBridge. */
  readonly put: (origin: Origin, event: CloudEvent) => void;
  /** Puts an event that has its envelope already. */
  readonly putWhole: (event: Readonly<Record<string, unknown>>) => void;
  /** When the event of that id was put, in milliseconds: envelopes know the second only. */
  readonly findPutMs: (eventId: string) => number | null;
}

/** Events whose time of putting is remembered; more than are ever under way. */
const REMEMBERED = 10_000;

/** @throws Error naming the rule whose pattern cannot be read. */
export function createEventBus({ rules, nowMs, random, deliver }: BusOptions): EventBus {
  const compiled = Object.entries(rules).map(([name, pattern]) => ({ name, matches: compilePattern(pattern) }));
  const putMs = new Map<string, number>();

  const remember = (id: string): void => {
    putMs.set(id, nowMs());
    const [oldest] = putMs.keys();
    if (putMs.size > REMEMBERED && oldest !== undefined) putMs.delete(oldest);
  };

  /** A rule delivers on its own: an event that matches two rules arrives twice. */
  const putWhole = (event: Readonly<Record<string, unknown>>): void => {
    if (typeof event['id'] === 'string') remember(event['id']);
    for (const { name, matches } of compiled) {
      if (matches(event)) deliver(name, JSON.stringify(event));
    }
  };

  return {
    putWhole,
    put: ({ account, region }, { source, detailType, resources, detail }) =>
      putWhole({
        version: '0',
        id: newUuid(random),
        'detail-type': detailType,
        source,
        account,
        time: new Date(nowMs()).toISOString().replace(/\.\d+Z$/, 'Z'),
        region,
        resources,
        detail,
      }),
    findPutMs: (eventId) => putMs.get(eventId) ?? null,
  };
}
