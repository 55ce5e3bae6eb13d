/** Who ends a fault: the next delivery of the same message, the next sweep, or a person. */
export type Remedy = 'retry' | 'next-sweep' | 'operator';

/** Every way in which work can fail, with the one remedy of each. */
export const FAULTS = {
  'config-invalid': 'operator',
  'event-unreadable': 'operator',
  'inventory-incomplete': 'next-sweep',
  denied: 'operator',
  throttled: 'retry',
  unreachable: 'retry',
  conflict: 'retry',
  gone: 'next-sweep',
  quota: 'operator',
  unsupported: 'operator',
  'needs-restart': 'operator',
  'plan-stale': 'operator',
  'guard-tripped': 'operator',
  unexpected: 'retry',
} as const satisfies Record<string, Remedy>;

export type FaultCode = keyof typeof FAULTS;

/**
 * Thrown for what a caller cannot handle. The message says what was attempted, on what, what the cloud said, and what to do;
 * it never holds a secret, a signed address or a person's name.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }

  get remedy(): Remedy {
    return FAULTS[this.code];
  }
}

/** Anything thrown, as a fault. */
export function toFault(thrown: unknown, attempted: string): Fault {
  if (thrown instanceof Fault) return thrown;
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  return new Fault('unexpected', `${attempted}: ${said}`, thrown);
}
