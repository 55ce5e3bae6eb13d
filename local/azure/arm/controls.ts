import type { ErrorDetail } from './answer.ts';

/** A failure that was ordered for the next call, or the next long-running operation, of an action. */
export interface Failure {
  /** The permission's name, as `Microsoft.Network/networkInterfaces/tapConfigurations/write`. */
  readonly action: string;
  /** `request`: the call is refused; `operation`: it is accepted and its operation ends `Failed`. */
  readonly phase: 'request' | 'operation';
  readonly code: string;
  readonly message: string;
  readonly details: readonly ErrorDetail[];
  /** For the phase `request`. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a test or a person can order the endpoint to do. */
export interface Controls {
  /** Refuses an action with `AuthorizationFailed` from now on. */
  deny(action: string): void;
  allow(action: string): void;
  isDenied(action: string): boolean;
  /** Fails the next call or operation of an action, once; several queue up. */
  failNext(failure: Pick<Failure, 'action' | 'phase' | 'code' | 'message'> & Partial<Failure>): void;
  /** The failure that was ordered for this, which is then spent. */
  takeFailure(action: string, phase: Failure['phase']): Failure | null;
}

/**
 * What the service says of a machine that was not stopped and started since a VTAP was first deployed. The text is documented
 * (https://learn.microsoft.com/azure/virtual-network/virtual-network-tap-overview), its code and phase are not.
 */
export const NOT_ON_FASTPATH = {
  code: 'NicNotOnFastpath',
  message: 'NIC is not on fastpath. Stop (deallocate) and start the virtual machine, then try again.',
} as const;

export function newControls(): Controls {
  const denied = new Set<string>();
  const failures: Failure[] = [];
  return {
    deny: (action) => void denied.add(action.toLowerCase()),
    allow: (action) => void denied.delete(action.toLowerCase()),
    isDenied: (action) => denied.has(action.toLowerCase()),
    failNext: (failure) => void failures.push({ status: 400, details: [], headers: {}, ...failure }),
    takeFailure(action, phase) {
      const isOrdered = (failure: Failure): boolean =>
        failure.phase === phase && failure.action.toLowerCase() === action.toLowerCase();
      const index = failures.findIndex(isOrdered);
      return index < 0 ? null : (failures.splice(index, 1)[0] ?? null);
    },
  };
}
