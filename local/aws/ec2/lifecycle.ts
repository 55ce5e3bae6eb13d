import type { Call } from './call.ts';
import { removeInterface, updateAttachment } from './interfaces.ts';
import type { Instance, InstanceState } from './state.ts';
import { interfacesOf } from './region.ts';

/** The numbers that EC2 has for instance states. */
export const STATE_CODES: Readonly<Record<InstanceState, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** Moves an instance to a state now, and to the state after it when the settle time is over. */
export function moveThrough(call: Call, id: string, states: readonly InstanceState[], reason: string): void {
  const [state, ...rest] = states;
  const held = call.region.instances.get(id);
  if (state === undefined || held === undefined) return;
  call.region.instances.set(id, {
    ...held,
    state,
    transitionReason: reason,
    terminatedMs: state === 'terminated' ? call.nowMs : null,
  });
  if (state === 'terminated') releaseInterfaces(call, id);
  announce(call, id, state);
  if (rest.length === 0) return;
  call.later((next) => {
    // A later wish of the user (stop while pending, terminate while stopping) has taken over.
    if (next.region.instances.get(id)?.state === state) moveThrough(next, id, rest, reason);
  });
}

function announce(call: Call, id: string, state: InstanceState): void {
  call.emit({
    source: 'aws.ec2',
    detailType: 'EC2 Instance State-change Notification',
    resources: [`arn:aws:ec2:${call.region.name}:${call.account}:instance/${id}`],
    detail: { 'instance-id': id, state },
  });
}

function releaseInterfaces(call: Call, instanceId: string): void {
  for (const { id, attachment } of interfacesOf(call.region, instanceId)) {
    if (attachment?.deletedOnTermination === true) removeInterface(call, id);
    else updateAttachment(call, id, null);
  }
}

/** As `StateTransitionReason` writes it, in UTC whatever the zone of the machine. */
export const toUserInitiated = (nowMs: number): string =>
  `User initiated (${new Date(nowMs).toISOString().slice(0, 19).replace('T', ' ')} GMT)`;

/** How long a terminated instance is still described. */
const TERMINATED_SHOWN_MS = 3_600_000;

export function forgetTerminated({ region, nowMs }: Call): void {
  const forgotten = [...region.instances.values()].filter((instance) => isForgotten(instance, nowMs));
  for (const { id } of forgotten) {
    region.instances.delete(id);
    region.taggings.delete(id);
  }
}

const isForgotten = ({ terminatedMs }: Instance, nowMs: number): boolean =>
  terminatedMs !== null && nowMs - terminatedMs > TERMINATED_SHOWN_MS;
