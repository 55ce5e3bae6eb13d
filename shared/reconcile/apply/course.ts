import type { Deps, Outcome, Refusal } from '../../ports.ts';
import type { Happened } from '../happened.ts';
import type { Interruptible } from '../interruptible.ts';
import { recordOutcome } from '../record.ts';
import type { Studied, Task } from '../study.ts';
import type { Brake } from './brake.ts';
import type { Others } from './others.ts';
import type { AttachGate } from './type-refusals.ts';
import type { VerbGate } from './verb-refusals.ts';

/** One carrying out of one plan. */
export interface Course {
  readonly deps: Deps;
  readonly task: Task;
  readonly studied: Studied;
  /** Whom the changes of the studied plan may interrupt. */
  readonly interruptible: Interruptible;
  readonly happened: Happened;
  readonly types: AttachGate;
  readonly verbs: VerbGate;
  readonly others: Others;
  readonly brake: Brake;
  /** What the cloud refused on running machines in this run; it grows. */
  readonly refused: Refusal[];
}

/** Journals what became of one change that was tried at `startedMs`. */
export const record = ({ deps, task: { order, rules } }: Course, outcome: Outcome, startedMs: number): void =>
  recordOutcome(deps, order, rules, outcome, startedMs);
