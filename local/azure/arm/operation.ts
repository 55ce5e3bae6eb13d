import { newGuid, opaqueText } from '../random.ts';
import { answer, type Answer } from './answer.ts';
import type { Arm, Call, Happening } from './arm.ts';
import type { Course, Failure } from './failures.ts';

/** A long-running operation, as its address tells of it. */
export interface Operation {
  readonly id: string;
  /** What `Location` answers in the end: the SDKs take 204 for a deletion only. */
  readonly resultStatus: 200 | 204;
  status: 'InProgress' | 'Succeeded' | Failure['ends'];
  error: object | null;
}

/** What is to be done later, and what is told then. */
export interface Effort {
  /** `null`: it is already done, and only the headers of an operation are wanted. */
  readonly durationMs: number | null;
  readonly location: string;
  readonly happening: Omit<Happening, 'outcome' | 'call'>;
  readonly succeed: () => void;
  readonly fail: (failure: Ending) => void;
  /** Why it is bound to fail, whatever is ordered. */
  readonly doom?: Pick<Failure, 'code' | 'message'> | null;
}

/** How an operation ends that does not succeed. */
type Ending = Pick<Failure, 'code' | 'message' | 'details' | 'additionalInfo' | 'ends' | 'leaves'>;

const DOOMED = { details: [], additionalInfo: [], ends: 'Failed', leaves: 'failed' } as const;

const providerOf = (operationName: string): string => operationName.split('/')[0] ?? '';

function toSignature({ clock, certificate, random }: Arm): string {
  const ticks = 621_355_968_000_000_000n + BigInt(Math.floor(clock.now())) * 10_000n;
  return `&t=${ticks}&c=${certificate}&s=${opaqueText(random, 342)}&h=${opaqueText(random, 43)}`;
}

/**
 * The two addresses of an operation. Their query carries a certificate, a signature and a hash, about 4 KB together
 * (seen in recordings of 2024): a client must send it back verbatim, which is why nothing of it is interpreted here.
 */
function addressesOf(
  arm: Arm,
  call: Call,
  effort: Effort,
  id: string,
): { readonly status: string; readonly result: string } {
  const subscription = 'subscription' in call.target ? (call.target.subscription ?? '') : '';
  const base = `/subscriptions/${subscription}/providers/${providerOf(effort.happening.operationName)}/locations/${effort.location}`;
  const query = `api-version=${call.apiVersion}${arm.settings.operationAddresses === 'signed' ? toSignature(arm) : ''}`;
  return { status: `${base}/operations/${id}?${query}`, result: `${base}/operationResults/${id}?${query}` };
}

const toOutcome = (failure: Ending | null): Happening['outcome'] => {
  if (failure === null) return 'Success';
  return failure.ends === 'Canceled' ? 'Cancel' : 'Failure';
};

function settle(arm: Arm, call: Call, operation: Operation, effort: Effort, failure: Ending | null): void {
  if (failure === null) {
    operation.status = 'Succeeded';
    effort.succeed();
  } else {
    const { code, message, details, additionalInfo } = failure;
    operation.status = failure.ends;
    operation.error = { code, message, details, ...(additionalInfo.length === 0 ? {} : { additionalInfo }) };
    effort.fail(failure);
  }
  arm.tell({ ...effort.happening, outcome: toOutcome(failure), call });
  arm.changed();
}

function settleLater(arm: Arm, call: Call, operation: Operation, effort: Effort, course: Course): void {
  const doom = effort.doom ?? null;
  const failure = course.failure ?? (doom === null ? null : { ...DOOMED, ...doom });
  const leave = arm.activity.enter();
  arm.clock.after(course.afterMs ?? effort.durationMs ?? 0, () => {
    settle(arm, call, operation, effort, failure);
    leave();
  });
  arm.changed();
}

/** The service forgets operations after a while; here the oldest go when there are many. */
const REMEMBERED_ADDRESSES = 2000;

function remember(arm: Arm, address: string, operation: Operation): void {
  arm.operations.set(address, operation);
  const [oldest] = arm.operations.keys();
  if (arm.operations.size > REMEMBERED_ADDRESSES && oldest !== undefined) arm.operations.delete(oldest);
}

/** Starts an operation and returns the headers that announce it. It ends by itself, and its event is told then. */
export function begin(arm: Arm, call: Call, effort: Effort): Readonly<Record<string, string>> {
  const operation: Operation = {
    id: newGuid(arm.random),
    resultStatus: call.method === 'DELETE' ? 204 : 200,
    status: 'InProgress',
    error: null,
  };
  const addresses = addressesOf(arm, call, effort, operation.id);
  const course = arm.controls.takeCourse({
    action: effort.happening.operationName,
    subject: effort.happening.subject,
  });
  if (!course.isLost) {
    remember(arm, addresses.status, operation);
    remember(arm, addresses.result, operation);
  }
  const isDone = effort.durationMs === null && course.afterMs === null && course.failure === null;
  if (isDone) settle(arm, call, operation, effort, null);
  else settleLater(arm, call, operation, effort, course);
  const answersWithResult = call.method === 'DELETE' || call.method === 'POST';
  return {
    'azure-asyncnotification': 'Enabled',
    'azure-asyncoperation': `${call.origin}${addresses.status}`,
    ...(answersWithResult ? { location: `${call.origin}${addresses.result}` } : {}),
    ...retryAfter(arm, operation),
  };
}

function retryAfter(arm: Arm, { status }: Operation): Readonly<Record<string, string>> {
  const { retryAfterSeconds } = arm.settings;
  return status !== 'InProgress' || retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) };
}

/** What the address of an operation answers; anything but the very address that was given out is not found. */
export function poll(arm: Arm, path: string): Answer {
  const operation = arm.operations.get(path);
  if (operation === undefined)
    return answer(404, {
      error: {
        code: 'OperationNotFound',
        message: 'The operation was not found: its address must be sent back as it was received.',
      },
    });
  return /\/operationresults\//i.test(path) ? toResult(arm, operation) : toStatus(arm, operation);
}

function toStatus(arm: Arm, operation: Operation): Answer {
  const { status, error } = operation;
  return answer(200, error === null ? { status } : { status, error }, retryAfter(arm, operation));
}

/** `Location` tells by its status: 202 while it runs, then what the call itself would have answered. */
function toResult(arm: Arm, operation: Operation): Answer {
  if (operation.status === 'InProgress') return answer(202, null, retryAfter(arm, operation));
  return operation.status === 'Succeeded'
    ? answer(operation.resultStatus, null)
    : answer(400, { error: operation.error });
}
