import { answer, refuse, type Answer } from './answer.ts';
import { toActionName, type Arm, type Call } from './arm.ts';
import { isBornOnFastpath } from './fastpath.ts';
import { begin } from './operation.ts';
import type { PowerState, VirtualMachine } from './resource.ts';

const TYPE = 'Microsoft.Compute/virtualMachines';

interface PowerAction {
  readonly name: string;
  readonly meanwhile: PowerState;
  readonly finally: PowerState;
}

const ACTIONS: readonly PowerAction[] = [
  { name: 'start', meanwhile: 'starting', finally: 'running' },
  { name: 'restart', meanwhile: 'running', finally: 'running' },
  { name: 'powerOff', meanwhile: 'stopping', finally: 'stopped' },
  { name: 'deallocate', meanwhile: 'deallocating', finally: 'deallocated' },
];

const findAction = (name: string): PowerAction | null =>
  ACTIONS.find((action) => action.name.toLowerCase() === name.toLowerCase()) ?? null;

/** The canonical name of an action, which its permission and its event bear. */
export const toActionSpelling = (name: string): string => findAction(name)?.name ?? name;

/** Starts, restarts, stops or deallocates a virtual machine; `null`: there is no such action. */
export function power(arm: Arm, call: Call, machine: VirtualMachine, name: string): Answer | null {
  const action = findAction(name);
  if (action === null) return null;
  if (machine.provisioningState === 'Creating' || machine.provisioningState === 'Deleting')
    return refuse(
      409,
      'OperationNotAllowed',
      `Operation '${action.name}' is not allowed on VM '${machine.name}' since it is ${machine.provisioningState}.`,
    );
  // A machine comes to a host when it is started after it was deallocated; stopping alone leaves it where it is.
  const comesToHost = action.name === 'start' && machine.powerState === 'deallocated';
  const before = machine.powerState;
  machine.powerState = action.meanwhile;
  machine.provisioningState = 'Updating';
  const headers = begin(arm, call, {
    durationMs: arm.settings.settleMs,
    location: machine.location,
    happening: {
      verb: 'Action',
      operationName: toActionName(TYPE, { action: action.name }),
      subject: machine.id,
      existed: 'existed',
    },
    succeed: () => {
      machine.isOnFastpath ||= comesToHost && isBornOnFastpath(arm, machine.location);
      Object.assign(machine, { powerState: action.finally, provisioningState: 'Succeeded' });
    },
    fail: ({ leaves }) =>
      Object.assign(machine, { powerState: before, provisioningState: leaves === 'failed' ? 'Failed' : 'Succeeded' }),
  });
  return answer(202, null, headers);
}
