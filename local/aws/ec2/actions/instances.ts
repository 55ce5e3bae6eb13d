import type {
  InstanceStateChange,
  ModifyInstanceAttributeRequest,
  Reservation,
  RunInstancesRequest,
  StartInstancesRequest,
  StopInstancesRequest,
  TerminateInstancesRequest,
} from '@aws-sdk/client-ec2';
import type { Action, Call } from '../call.ts';
import { invalidValue, missingParameter, refusal } from '../errors.ts';
import { getInstance } from '../get.ts';
import { once } from '../idempotency.ts';
import { toReservations } from '../instance-view.ts';
import { addInstance, readInterfaceWishes, readLaunch, readType } from '../launch.ts';
import { moveThrough, STATE_CODES, toUserInitiated } from '../lifecycle.ts';
import type { Instance, InstanceState } from '../state.ts';
import { readSpecifications, replaceTags } from '../tagging.ts';

function runInstances(call: Call, request: RunInstancesRequest): Reservation {
  const { MinCount: least = 1, MaxCount: most = 1 } = request;
  if (least < 1 || most < least) {
    throw invalidValue(`Value (${most}) for parameter maxCount is invalid. Expecting at least minCount (${least}).`);
  }
  const tags = readSpecifications(request.TagSpecifications, ['instance', 'network-interface', 'volume']);
  const launch = readLaunch(call, request);
  const wishes = readInterfaceWishes(call.region, request);
  const launched = Array.from({ length: most }, (_, index) => addInstance(call, launch, wishes, index));
  for (const { instance, interfaceIds } of launched) {
    for (const id of interfaceIds) replaceTagsIfAny(call, id, tags.get('network-interface'));
    replaceTagsIfAny(call, instance.id, tags.get('instance'));
    moveThrough(call, instance.id, ['pending', 'running'], '');
  }
  const [reservation] = toReservations(
    call.region,
    launched.flatMap(({ instance }) => call.region.instances.get(instance.id) ?? []),
  );
  return reservation ?? {};
}

function replaceTagsIfAny(call: Call, id: string, tags: ReadonlyMap<string, string> | undefined): void {
  if (tags !== undefined) replaceTags(call, id, tags);
}

/** From which states a wish of the user moves an instance, and through which. In all others it is refused or does nothing. */
interface Transition {
  readonly from: readonly InstanceState[];
  readonly done: readonly InstanceState[];
  readonly through: readonly InstanceState[];
  readonly reason: (nowMs: number) => string;
}

const START: Transition = {
  from: ['stopped'],
  done: ['pending', 'running'],
  through: ['pending', 'running'],
  reason: () => '',
};
const STOP: Transition = {
  from: ['running'],
  done: ['stopping', 'stopped'],
  through: ['stopping', 'stopped'],
  reason: toUserInitiated,
};
const TERMINATE: Transition = {
  from: ['pending', 'running', 'stopping', 'stopped'],
  done: ['shutting-down', 'terminated'],
  through: ['shutting-down', 'terminated'],
  reason: toUserInitiated,
};

/** All instances are checked before the first one moves. */
function move(call: Call, ids: readonly string[] | undefined, transition: Transition): InstanceStateChange[] {
  const instances = [...new Set(ids)].map((id) => getInstance(call.region, id));
  const stuck = instances.find(({ state }) => ![...transition.from, ...transition.done].includes(state));
  if (stuck !== undefined) {
    throw refusal(
      'IncorrectInstanceState',
      `The instance '${stuck.id}' is not in a state from which it can be ${transition.through.at(-1)}.`,
    );
  }
  return instances.map((before) => {
    if (transition.from.includes(before.state)) {
      moveThrough(call, before.id, transition.through, transition.reason(call.nowMs));
    }
    return toStateChange(before, getInstance(call.region, before.id));
  });
}

const toStateChange = (before: Instance, after: Instance): InstanceStateChange => ({
  InstanceId: before.id,
  PreviousState: { Code: STATE_CODES[before.state], Name: before.state },
  CurrentState: { Code: STATE_CODES[after.state], Name: after.state },
});

/** The type is all that can be changed, and only while the instance is stopped. */
function modifyInstance(call: Call, request: ModifyInstanceAttributeRequest): object {
  const held = getInstance(call.region, request.InstanceId ?? '');
  const type = request.InstanceType?.Value;
  if (type === undefined) throw missingParameter('InstanceType');
  if (held.state !== 'stopped') {
    throw refusal('IncorrectInstanceState', `The instance '${held.id}' is not in the 'stopped' state.`);
  }
  call.region.instances.set(held.id, { ...held, type: readType(type) });
  return {};
}

export const instanceActions = {
  RunInstances: once('RunInstances', runInstances),
  ModifyInstanceAttribute: modifyInstance,
  StartInstances: (call: Call, { InstanceIds: ids }: StartInstancesRequest) => ({
    StartingInstances: move(call, ids, START),
  }),
  StopInstances: (call: Call, { InstanceIds: ids }: StopInstancesRequest) => ({
    StoppingInstances: move(call, ids, STOP),
  }),
  TerminateInstances: (call: Call, { InstanceIds: ids }: TerminateInstancesRequest) => ({
    TerminatingInstances: move(call, ids, TERMINATE),
  }),
} satisfies Record<string, Action>;
