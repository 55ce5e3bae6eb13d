import type { Arm } from './arm.ts';
import type { PowerState, VirtualMachine } from './resource.ts';

const DISPLAY: Readonly<Record<PowerState, string>> = {
  starting: 'VM starting',
  running: 'VM running',
  stopping: 'VM stopping',
  stopped: 'VM stopped',
  deallocating: 'VM deallocating',
  deallocated: 'VM deallocated',
  unknown: 'VM power state unknown',
};

/** What a virtual machine is doing, as `$expand=instanceView` shows it. A machine that is being created has no power state. */
export function instanceView(arm: Arm, { provisioningState, powerState }: VirtualMachine) {
  const provisioning = {
    code: `ProvisioningState/${provisioningState.toLowerCase()}`,
    level: 'Info',
    displayStatus: provisioningState === 'Succeeded' ? 'Provisioning succeeded' : provisioningState,
    time: new Date(arm.clock.now()).toISOString(),
  };
  if (powerState === null) return { statuses: [provisioning] };
  const power = { code: `PowerState/${powerState}`, level: 'Info', displayStatus: DISPLAY[powerState] };
  return { statuses: [provisioning, power] };
}
