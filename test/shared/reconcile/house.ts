import { Fault } from '../../../shared/fault.ts';
import { toInstant } from '../../../shared/ids.ts';
import type { Interruptions, TurnAnswer, TurnRequest } from '../../../shared/ports.ts';
import { rememberInterruptions } from '../../../shared/reconcile/interruptions.ts';
import type { Instant } from '../../../shared/words.ts';

const LAPSE_MS = 60_000;

/** What several processes share: turns that lapse, and a memory. */
export interface House {
  /** One process of several. */
  as(process: string): Interruptions;
  /** Turns that are held now. */
  held(): readonly string[];
  /** How many turns were taken. */
  readonly taken: readonly string[];
  /** What is thrown by everything that is asked; `null`: nothing. */
  fault: Fault | null;
  /** Turns of this process are never given back, as those of one that is stopped. */
  crashed: string | null;
}

interface Held {
  readonly process: string;
  readonly untilMs: number;
}

/** Turns as leases: they are no longer held after a minute, and who took them last is known. */
export function house(now: () => number): House {
  const memory = rememberInterruptions({ now });
  const held = new Map<string, Held>();
  const last = new Map<string, { readonly process: string; readonly at: Instant }>();
  const taken: string[] = [];
  const lapsing = new Set<Held>();
  const isHeld = (unit: string): boolean => (held.get(unit)?.untilMs ?? -Infinity) > now();

  const take = (process: string, { unit, limit }: TurnRequest): TurnAnswer => {
    if (isHeld(unit)) return { kind: 'busy' };
    if ([...held.keys()].filter(isHeld).length >= limit) return { kind: 'full' };
    const mine: Held = { process, untilMs: now() + LAPSE_MS };
    const before = last.get(unit);
    held.set(unit, mine);
    last.set(unit, { process, at: toInstant(now()) });
    taken.push(unit);
    return {
      kind: 'taken',
      turn: {
        otherTookAt: before === undefined || before.process === process ? null : before.at,
        lapse: () => void lapsing.add(mine),
        isHeld: () => held.get(unit) === mine && !lapsing.has(mine) && isHeld(unit),
        release: async () => {
          if (self.crashed !== process && held.get(unit) === mine) held.delete(unit);
        },
      },
    };
  };

  const orFault = async <Answer>(answer: () => Answer | Promise<Answer>): Promise<Answer> => {
    await Promise.resolve();
    if (self.fault !== null) throw self.fault;
    return answer();
  };

  const self: House = {
    as: (process) => ({
      take: (request) => orFault(() => take(process, request)),
      isFull: (_scope, limit) => orFault(() => [...held.keys()].filter(isHeld).length >= limit),
      stir: (...given) => orFault(() => memory.stir(...given)),
      stirred: (...given) => orFault(() => memory.stirred(...given)),
      refusals: (...given) => orFault(() => memory.refusals(...given)),
      refuse: (...given) => orFault(() => memory.refuse(...given)),
      forgive: (...given) => orFault(() => memory.forgive(...given)),
    }),
    held: () => [...held.keys()].filter(isHeld),
    taken,
    fault: null,
    crashed: null,
  };
  return self;
}

export const unreachable = (): Fault => new Fault('unreachable', 'taking a turn: the storage account does not answer');
