import type { NonEmpty, Subject } from '../shared/words.ts';
import type { LaunchHook } from '../shared/work.ts';
import { findAt, findTextAt, listAt } from './fields.ts';
import { findHook, findSubject, findSubjects } from './identity.ts';

/** What an event asks to look at. */
export type Asked =
  | {
      readonly kind: 'subjects';
      readonly subjects: NonEmpty<Subject>;
      /** Who holds one of them back until it was looked at. */
      readonly hook: LaunchHook | null;
    }
  /** Something changed and the event does not say on which interface. */
  | { readonly kind: 'sweep' }
  | { readonly kind: 'sweep-all' }
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'unreadable'; readonly why: string };

/** An EventBridge event pattern (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html). */
export interface Pattern {
  readonly source: readonly string[];
  readonly 'detail-type': readonly string[];
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** One kind of event: how EventBridge chooses it and how identities are read from it. */
export interface Trigger {
  readonly name: string;
  readonly source: string;
  readonly detailType: string;
  /** The calls that it is about; `null`: it is not about calls. */
  readonly calls: readonly string[] | null;
  /** What of `detail` a deployed rule matches; `ownRoles` are the names of the roles that tapkeeper itself acts in. */
  readonly detail: (ownRoles: readonly string[]) => Readonly<Record<string, unknown>>;
  readonly read: (event: unknown) => Asked;
}

/** The transition of a launch hook; it is also what tells such a message that came without its event. */
export const LAUNCHING = 'autoscaling:EC2_INSTANCE_LAUNCHING';

const ignored = (why: string): Asked => ({ kind: 'ignored', why });
const unreadable = (why: string): Asked => ({ kind: 'unreadable', why });
const subjectsOr = (ids: readonly (string | null)[], otherwise: Asked): Asked => {
  const subjects = findSubjects(ids);
  return subjects === null ? otherwise : { kind: 'subjects', subjects, hook: null };
};

const STATES = ['running', 'stopped', 'terminated'] as const;

const instanceState: Trigger = {
  name: 'instance-state',
  source: 'aws.ec2',
  detailType: 'EC2 Instance State-change Notification',
  calls: null,
  detail: () => ({ state: STATES }),
  read(event) {
    const state = findTextAt(event, 'detail', 'state')?.toLowerCase();
    if (state === undefined) return unreadable('the event has no detail.state');
    if (!STATES.some((one) => one === state)) return ignored('the instance is about to be in another state');
    return subjectsOr([findTextAt(event, 'detail', 'instance-id')], unreadable('the event has no detail.instance-id'));
  },
};

const TAGGED = ['instance', 'network-interface'] as const;

const tagChange: Trigger = {
  name: 'tag-change',
  source: 'aws.tag',
  detailType: 'Tag Change on Resource',
  calls: null,
  // Not limited to keys: the rules may ask for any tag, and change without the deployment.
  detail: () => ({ service: ['ec2'], 'resource-type': TAGGED }),
  read(event) {
    const type = findTextAt(event, 'detail', 'resource-type')?.toLowerCase();
    if (findTextAt(event, 'detail', 'service') !== 'ec2') return ignored('the resource is not one of EC2');
    if (!TAGGED.some((one) => one === type)) return ignored('the resource is no instance or interface');
    const ids = listAt(event, 'resources').map((arn) =>
      typeof arn === 'string' ? (arn.split('/').at(-1) ?? '') : null,
    );
    return subjectsOr(ids, unreadable('the event has no resources of its type'));
  },
};

const BY_CALL = { source: 'aws.ec2', detailType: 'AWS API Call via CloudTrail' } as const;

const callDetail = (calls: readonly string[]) => ({
  eventSource: ['ec2.amazonaws.com'],
  eventName: calls,
  // Refused calls and dry runs are events too.
  errorCode: [{ exists: false }],
});

/**
 * Attaching names the interface; creating one does not say that it is attached, and detaching names neither. Interfaces
 * that are born with their instance emit no event of their own.
 */
const interfaceAttached: Trigger = {
  ...BY_CALL,
  name: 'interface-attached',
  calls: ['AttachNetworkInterface'],
  detail: () => callDetail(['AttachNetworkInterface']),
  read(event) {
    const id = findTextAt(event, 'detail', 'requestParameters', 'networkInterfaceId');
    return subjectsOr([id], unreadable('the event has no requestParameters.networkInterfaceId'));
  },
};

const TAG_CALLS = ['CreateTags', 'DeleteTags'];

const tagsByCall: Trigger = {
  ...BY_CALL,
  name: 'tags-by-call',
  calls: TAG_CALLS,
  detail: () => ({
    ...callDetail(TAG_CALLS),
    // Parameters of more than 100 KB are left out of the record: such a call is delivered too.
    requestParameters: {
      resourcesSet: { items: { resourceId: [{ prefix: 'i-' }, { prefix: 'eni-' }, { exists: false }] } },
    },
  }),
  read(event) {
    // https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html: over 100 KB.
    if (findAt(event, 'detail', 'requestParameters') === null) return { kind: 'sweep' };
    const items = listAt(event, 'detail', 'requestParameters', 'resourcesSet', 'items');
    const ids = items.map((item) => findTextAt(item, 'resourceId'));
    if (!ids.some((id) => id !== null)) return unreadable('the event has no requestParameters.resourcesSet.items');
    return subjectsOr(ids, ignored('none of the resources is an instance or an interface'));
  },
};

const SESSION_CALLS = ['CreateTrafficMirrorSession', 'ModifyTrafficMirrorSession', 'DeleteTrafficMirrorSession'];

/** Calls of the mirroring API are recorded in an envelope of the call's own name, with names as in the API. */
function findSessionSource(event: unknown): string | null {
  const call = findTextAt(event, 'detail', 'eventName') ?? '';
  const requested = findTextAt(event, 'detail', 'requestParameters', `${call}Request`, 'NetworkInterfaceId');
  const answer = [`${call}Response`, 'trafficMirrorSession', 'networkInterfaceId'];
  return requested ?? findTextAt(event, 'detail', 'responseElements', ...answer);
}

/** Every session of a role, in every partition and account. */
const toSessionArns = (role: string): string => `arn:*:sts::*:assumed-role/${role}/*`;

const sessionByOthers: Trigger = {
  ...BY_CALL,
  name: 'session-by-others',
  calls: SESSION_CALLS,
  detail: (ownRoles) => ({
    ...callDetail(SESSION_CALLS),
    ...(ownRoles.length === 0
      ? {}
      : // Of `userIdentity.arn`, which everybody has: `anything-but` does not match a field that is absent.
        { userIdentity: { arn: [{ 'anything-but': { wildcard: ownRoles.map(toSessionArns) } }] } }),
  }),
  read(event) {
    // A deletion names no interface, and a record may lack its answer.
    return subjectsOr([findSessionSource(event)], { kind: 'sweep' });
  },
};

/**
 * A machine that a launch hook holds back. Into a warm pool it is launched under the same transition, and out of it once more:
 * both hooks have to be completed
 * (https://docs.aws.amazon.com/autoscaling/ec2/userguide/warm-pool-instance-lifecycle.html).
 */
const instanceLaunch: Trigger = {
  name: 'instance-launch',
  source: 'aws.autoscaling',
  detailType: 'EC2 Instance-launch Lifecycle Action',
  calls: null,
  detail: () => ({ LifecycleTransition: [LAUNCHING] }),
  read(event) {
    const transition = findTextAt(event, 'detail', 'LifecycleTransition');
    if (transition === null) return unreadable('the event has no detail.LifecycleTransition');
    if (transition !== LAUNCHING) return ignored('the instance is not being launched');
    const subject = findSubject(findTextAt(event, 'detail', 'EC2InstanceId'));
    if (subject?.kind !== 'machine') return unreadable('the event has no detail.EC2InstanceId');
    return { kind: 'subjects', subjects: [subject], hook: findHook(findAt(event, 'detail'), subject.id) };
  },
};

const schedule: Trigger = {
  name: 'schedule',
  source: 'aws.events',
  detailType: 'Scheduled Event',
  calls: null,
  detail: () => ({}),
  read: () => ({ kind: 'sweep-all' }),
};

/** Every event that tapkeeper acts on. */
export const TRIGGERS: readonly Trigger[] = [
  instanceState,
  tagChange,
  interfaceAttached,
  tagsByCall,
  sessionByOthers,
  instanceLaunch,
  schedule,
];

/** The pattern of the EventBridge rule that delivers a trigger's events. */
export function patternOf(trigger: Trigger, ownRoles: readonly string[]): Pattern {
  const detail = trigger.detail(ownRoles);
  const common = { source: [trigger.source], 'detail-type': [trigger.detailType] };
  return Object.keys(detail).length === 0 ? common : { ...common, detail };
}
