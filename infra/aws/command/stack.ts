import * as v from 'valibot';
import { Fault } from '../../../shared/fault.ts';
import type { Sight } from './checks/aws-cli.ts';

const Stacks = v.object({ Stacks: v.array(v.object({ StackStatus: v.string() })) });

/**
 * What can be done with a stack
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-console-view-stack-data-resources-status-codes).
 */
export type StackState =
  /** It was named and never begun, as where the answer to the first deployment was no: it is deployed as if it were not there. */
  | 'empty'
  | 'changing'
  /** Its first deployment failed: it can only be deleted. */
  | 'unmade'
  /** An update and its way back both failed: that has to be ended before it is deployed again. */
  | 'stuck'
  /** Its deletion failed: it can only be deleted. */
  | 'half-gone'
  | 'deployed';

/** A stack that is there. */
export interface Stack {
  readonly state: StackState;
  /** As CloudFormation says it. */
  readonly status: string;
}

/** What `aws cloudformation` says of a stack that is not there. */
export const NO_STACK = 'ValidationError';

const STATES: Readonly<Record<string, StackState>> = {
  REVIEW_IN_PROGRESS: 'empty',
  CREATE_FAILED: 'unmade',
  ROLLBACK_COMPLETE: 'unmade',
  ROLLBACK_FAILED: 'unmade',
  UPDATE_ROLLBACK_FAILED: 'stuck',
  DELETE_FAILED: 'half-gone',
};

const stateOf = (status: string): StackState =>
  STATES[status] ?? (status.endsWith('_IN_PROGRESS') ? 'changing' : 'deployed');

/**
 * A stack; `null`: there is none.
 * @throws Fault `denied` when it cannot be told: a stack that is taken to be gone would be left behind.
 */
export async function findStack({ aws }: Pick<Sight, 'aws'>, name: string): Promise<Stack | null> {
  const asked = await aws(Stacks, ['cloudformation', 'describe-stacks', '--stack-name', name]);
  if (asked.kind === 'refused') {
    if (asked.code === NO_STACK) return null;
    throw new Fault('denied', `looking whether ${name} is there: ${asked.said}; allow cloudformation:DescribeStacks`);
  }
  const status = asked.value.Stacks[0]?.StackStatus ?? null;
  return status === null ? null : { state: stateOf(status), status };
}
