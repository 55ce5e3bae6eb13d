import type { Config } from '../config/config.ts';
import type { Refusal } from '../ports.ts';
import { PROFILES } from '../profile.ts';
import type { Evaluation } from '../rules/evaluation.ts';
import type { Machine, MachineId, Source, SourceId } from '../words.ts';
import type { Aim } from './change.ts';
import { findClosure, isInterruptible, type Opening } from './interruption.ts';
import type { Withheld } from './offers.ts';
import { findRefused } from './refusals.ts';
import { isRunning } from './running.ts';
import type { Restraints } from './situation.ts';
import type { Wish } from './wishes.ts';
import type { WorldIndex } from './world-index.ts';

/** Why nothing of ours may be disrupted on a source whose machine runs; `null` where the guard lets it be. */
export type Guard = (source: SourceId) => Withheld | null;

/** What restrains a source, beside the source and its machine. */
interface Circumstances {
  readonly aim: Aim;
  readonly config: Config;
  readonly index: WorldIndex;
  readonly guard: Guard | null;
  readonly opening: Opening;
  readonly refusals: ReadonlyMap<MachineId, readonly Refusal[]>;
  readonly evaluation: Evaluation;
  readonly wishes: readonly Wish[];
}

export const IS_CHANGING = 'the interface or its machine is changing';

/**
 * What must not be done on one source, and why:
 *
 * | while | nothing is |
 * |---|---|
 * | attachments could not be read, or the interface or its machine is changing | written or detached |
 * | machines or interfaces could not be read, or the policy is `attach-only` and not all of ours is to go | detached |
 * | the guard holds and the machine runs | detached, or moved |
 * | no window is open and the machine runs where that interrupts it | attached, changed, moved or detached |
 * | the cloud refused on the machine a while ago what one of the wishes asks for, and it still runs | attached, changed or moved |
 * | the cloud refused to detach on the machine a while ago, and it still runs | detached; to move it to what is wished is a write |
 */
export function restraintsOn(source: Source, machine: Machine | null, given: Circumstances): Restraints {
  const { aim, config, index, guard, opening, refusals, evaluation, wishes } = given;
  const { waitsForMachine } = PROFILES[source.cloud];
  const isChanging = source.state === 'changing' || (waitsForMachine && machine?.state === 'changing');
  const guarded = guard !== null && isRunning(source, machine) ? guard(source.id) : null;
  const felt = isInterruptible(source, machine);
  const closed = felt ? findClosure(opening) : null;
  const refused = felt && machine !== null ? (refusals.get(machine.id) ?? []) : [];
  const unclear = evaluation.unclear[0];
  const unknown = wishes.find(isUnknown)?.hold ?? null;
  return {
    write: incomplete(index, 'attachments') ?? (isChanging ? { code: 'changing', detail: IS_CHANGING } : null),
    detach:
      incomplete(index, 'machines') ??
      incomplete(index, 'sources') ??
      (config.policy === 'attach-only' && aim === 'wished'
        ? { code: 'policy', detail: 'the policy is attach-only' }
        : null) ??
      guarded ??
      closed,
    retarget: guarded,
    interrupt: closed ?? refusedOf(refused, wishes),
    unrecognised:
      findRefused(refused, null) ?? (unclear === undefined ? unknown : { code: unclear.code, detail: unclear.detail }),
  };
}

/**
 * What was refused for one wish restrains them all: a lesser wish that took the room meanwhile would be moved when the refusal is
 * over, which interrupts once more. For a target that nobody wishes any more it says nothing.
 */
function refusedOf(refused: readonly Refusal[], wishes: readonly Wish[]): Withheld | null {
  for (const { to } of wishes) {
    const found = to === null ? null : findRefused(refused, to.target);
    if (found !== null) return found;
  }
  return null;
}

/** A destination that could never serve here is nothing that an attachment here could be. */
const isUnknown = ({ to, hold }: Wish): boolean =>
  hold?.code === 'destination-missing' || (to === null && hold?.code !== 'out-of-reach');

function incomplete({ incomplete: kinds }: WorldIndex, kind: 'attachments' | 'machines' | 'sources'): Withheld | null {
  const why = kinds.get(kind);
  return why === undefined ? null : { code: 'inventory-incomplete', detail: why };
}
