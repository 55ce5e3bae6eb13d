import type { ErrorDetail } from './answer.ts';
import { EVERYWHERE, isWithin } from './scope.ts';

/** What a call or an operation is about. */
export interface Occasion {
  /** The permission's name, as `Microsoft.Network/networkInterfaces/tapConfigurations/write`. */
  readonly action: string;
  /** The id of the resource. */
  readonly subject: string;
}

/** How an operation goes that was accepted. */
export interface Course {
  /** How long it takes; `null`: as long as ever. */
  readonly afterMs: number | null;
  /** Its address leads nowhere, although it goes on. */
  readonly isLost: boolean;
  readonly failure: Failure | null;
}

/** A failure that was ordered. */
export interface Failure {
  readonly action: string;
  /** The resource that it is ordered for, or a scope around it. */
  readonly on: string;
  /** `request`: the call is refused; `operation`: it is accepted, and its operation fails. */
  readonly phase: 'request' | 'operation';
  /** How many calls or operations fail, before things go well again. */
  readonly times: number;
  readonly code: string;
  readonly message: string;
  readonly details: readonly ErrorDetail[];
  readonly additionalInfo: readonly object[];
  /** For the phase `request`. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** For the phase `operation`: how it ends, */
  readonly ends: 'Failed' | 'Canceled';
  /** and what is found afterwards: what it was to make or change, `Failed`, or what was there before. */
  readonly leaves: 'failed' | 'as-it-was';
}

/** A failure as it is ordered. */
export type FailureOrder = Pick<Failure, 'action' | 'phase' | 'code' | 'message'> & Partial<Failure>;

/** What a test that draws its failures at random says of each call and each operation; `null` is nothing. */
export interface Disturbance {
  readonly request?: (occasion: Occasion) => FailureOrder | null;
  readonly operation?: (occasion: Occasion) => (Partial<Omit<Course, 'failure'>> & { failure?: FailureOrder }) | null;
}

/** Failures on demand. */
export interface Failures {
  /** Fails the next calls or operations of an action; several queue up. */
  failNext(order: FailureOrder): void;
  /** Lets the next operation of an action take so long. */
  slowNext(action: string, afterMs: number): void;
  /** Lets the address of an action's next operation lead nowhere: a client has to look at the resource. */
  loseNext(action: string): void;
  /** Asks about every call and operation that nothing was ordered for; `null`: no more. */
  disturb(disturbance: Disturbance | null): void;
}

/** The orders, and the way to take them. */
export interface OrderedFailures extends Failures {
  /** The failure of a call, which is then spent; `null`: none. */
  takeFailure(occasion: Occasion): Failure | null;
  takeCourse(occasion: Occasion): Course;
}

const complete = (order: FailureOrder): Failure => ({
  on: EVERYWHERE,
  times: 1,
  details: [],
  additionalInfo: [],
  status: 400,
  headers: {},
  ends: 'Failed',
  leaves: 'failed',
  ...order,
});

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Takes the first element that is meant, away from the list. */
function takeFirst<T>(list: T[], isMeant: (element: T) => boolean): T | null {
  const index = list.findIndex(isMeant);
  return index < 0 ? null : (list.splice(index, 1)[0] ?? null);
}

export function newFailures(): OrderedFailures {
  const ordered: Failure[] = [];
  const slow: { readonly action: string; readonly afterMs: number }[] = [];
  const lost: string[] = [];
  let disturbance: Disturbance | null = null;

  const takeOrdered = ({ action, subject }: Occasion, phase: Failure['phase']): Failure | null =>
    takeFirst(
      ordered,
      (failure) => failure.phase === phase && isSame(failure.action, action) && isWithin(subject, failure.on),
    );

  return {
    failNext(order) {
      const failure = complete(order);
      for (let left = failure.times; left > 0; left -= 1) ordered.push(failure);
    },
    slowNext: (action, afterMs) => void slow.push({ action, afterMs }),
    loseNext: (action) => void lost.push(action),
    disturb: (asked) => void (disturbance = asked),
    takeFailure(occasion) {
      const failure = takeOrdered(occasion, 'request');
      if (failure !== null) return failure;
      const drawn = disturbance?.request?.(occasion) ?? null;
      return drawn === null ? null : complete(drawn);
    },
    takeCourse(occasion) {
      const failure = takeOrdered(occasion, 'operation');
      const slowed = takeFirst(slow, ({ action }) => isSame(action, occasion.action));
      const isLost = takeFirst(lost, (action) => isSame(action, occasion.action)) !== null;
      if (failure !== null || slowed !== null || isLost) return { failure, afterMs: slowed?.afterMs ?? null, isLost };
      const drawn = disturbance?.operation?.(occasion) ?? null;
      return {
        failure: drawn?.failure === undefined ? null : complete(drawn.failure),
        afterMs: drawn?.afterMs ?? null,
        isLost: drawn?.isLost ?? false,
      };
    },
  };
}
