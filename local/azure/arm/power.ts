import { answer, refuse, type Answer } from './answer.ts';
import { toActionName, type Arm, type Call } from './arm.ts';
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
  { name: 'powerOff', meanwhile: 'running', finally: 'stopped' },
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
    succeed: () => Object.assign(machine, { powerState: action.finally, provisioningState: 'Succeeded' }),
    fail: () => Object.assign(machine, { provisioningState: 'Failed' }),
  });
  return answer(202, null, headers);
}
