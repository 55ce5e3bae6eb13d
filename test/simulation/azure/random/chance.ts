import type { Dice } from '../../dice.ts';
import type { RigCloud } from '../rig.ts';
import type { CalledFor } from './called-for.ts';

const WRITES = [
  'Microsoft.Network/networkInterfaces/tapConfigurations/write',
  'Microsoft.Network/networkInterfaces/tapConfigurations/delete',
].map((action) => action.toLowerCase());

const isWrite = (action: string): boolean => WRITES.includes(action.toLowerCase());

const REFUSALS = [
  { status: 429, code: 'RetryableErrorDueToAnotherOperation', message: 'Another operation holds it.', headers: {} },
  { status: 409, code: 'AnotherOperationInProgress', message: 'Another operation is in progress.', headers: {} },
  { status: 429, code: 'TooManyRequests', message: 'Try again later.', headers: { 'retry-after': '5' } },
  { status: 503, code: 'ServiceUnavailable', message: 'The service is unavailable.', headers: {} },
] as const;

const ENDS = [
  { code: 'InternalServerError', ends: 'Failed', leaves: 'failed' },
  { code: 'InternalServerError', ends: 'Failed', leaves: 'as-it-was' },
  { code: 'Canceled', ends: 'Canceled', leaves: 'as-it-was' },
] as const;

const MISHAPS = ['unheard', 'unanswered', 'cut-off', 'not-json'] as const;

const sourceOf = (subject: string): string => subject.replace(/\/tapConfigurations\/.*$/i, '');

/** Draws what goes wrong with requests, operations and answers; each that goes wrong with a write may call for another one. */
export function disturbCloud({ controls }: RigCloud, calledFor: CalledFor, dice: Dice): void {
  controls.disturb({
    request: ({ action }) => {
      const refusal = dice.below(8) === 0 && isWrite(action) ? dice.pick(REFUSALS) : undefined;
      return refusal === undefined ? null : { action, phase: 'request', ...refusal };
    },
    operation: ({ action, subject }) => {
      if (!isWrite(action) || dice.below(6) > 0) return null;
      calledFor.add(sourceOf(subject));
      const end = dice.below(4) === 0 ? undefined : dice.pick(ENDS);
      // One whose address leads nowhere goes on all the same.
      if (end === undefined) return { isLost: true, afterMs: 200 };
      return { failure: { action, phase: 'operation', message: 'It failed half-way.', ...end } };
    },
  });
  controls.befall(({ action, subject }) => {
    const kind = dice.below(isWrite(action) ? 6 : 20) === 0 ? dice.pick(MISHAPS) : undefined;
    if (kind === undefined) return null;
    if (isWrite(action)) calledFor.add(sourceOf(subject));
    return { kind };
  });
}

export function calmCloud({ controls }: RigCloud): void {
  controls.disturb(null);
  controls.befall(null);
}
