import type { NonEmpty, Scope } from '../../shared/words.ts';

/** The kinds of resources that a permission is about; `*` where the action knows no resources. */
type ResourceType =
  | '*'
  | 'auto-scaling-group'
  | 'network-interface'
  | 'role'
  | 'traffic-mirror-filter'
  | 'traffic-mirror-session'
  | 'traffic-mirror-target';

/** The services that are called, as IAM spells them. */
type Service = 'autoscaling' | 'ec2' | 'elasticloadbalancing' | 'sts';

/** What one call needs from IAM. Policies and messages are made from these, so that they cannot differ from the calls. */
export interface Permission {
  readonly call: string;
  readonly action: `${Service}:${string}`;
  readonly resources: NonEmpty<ResourceType>;
  /** Actions that the same call is also checked for. */
  readonly also: readonly `${Service}:${string}`[];
}

const toRead = (service: Service, call: `Describe${string}`): Permission => ({
  call,
  action: `${service}:${call}`,
  resources: ['*'],
  also: [],
});

/**
 * Every call of tapkeeper with its permission
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html and its sisters).
 * The policy sample of the Traffic Mirroring guide leaves out the session itself and `ec2:CreateTags`; without them
 * creating a session that is tagged is denied.
 */
export const PERMISSIONS = {
  describeInstances: toRead('ec2', 'DescribeInstances'),
  describeNetworkInterfaces: toRead('ec2', 'DescribeNetworkInterfaces'),
  describeSessions: toRead('ec2', 'DescribeTrafficMirrorSessions'),
  describeTargets: toRead('ec2', 'DescribeTrafficMirrorTargets'),
  describeFilters: toRead('ec2', 'DescribeTrafficMirrorFilters'),
  createSession: {
    call: 'CreateTrafficMirrorSession',
    action: 'ec2:CreateTrafficMirrorSession',
    resources: ['network-interface', 'traffic-mirror-filter', 'traffic-mirror-session', 'traffic-mirror-target'],
    also: ['ec2:CreateTags'],
  },
  modifySession: {
    call: 'ModifyTrafficMirrorSession',
    action: 'ec2:ModifyTrafficMirrorSession',
    resources: ['traffic-mirror-session', 'traffic-mirror-filter', 'traffic-mirror-target'],
    also: [],
  },
  deleteSession: {
    call: 'DeleteTrafficMirrorSession',
    action: 'ec2:DeleteTrafficMirrorSession',
    resources: ['traffic-mirror-session'],
    also: [],
  },
  describeLoadBalancers: toRead('elasticloadbalancing', 'DescribeLoadBalancers'),
  describeListeners: toRead('elasticloadbalancing', 'DescribeListeners'),
  completeLifecycleAction: {
    call: 'CompleteLifecycleAction',
    action: 'autoscaling:CompleteLifecycleAction',
    resources: ['auto-scaling-group'],
    also: [],
  },
  assumeRole: { call: 'AssumeRole', action: 'sts:AssumeRole', resources: ['role'], also: [] },
} as const satisfies Record<string, Permission>;

function toArn(type: ResourceType, { account, region }: Scope): string {
  switch (type) {
    case '*':
      return '*';
    case 'role':
      return `arn:*:iam::${account}:role/*`;
    case 'auto-scaling-group':
      return `arn:*:autoscaling:${region ?? '*'}:${account}:autoScalingGroup:*:autoScalingGroupName/*`;
    case 'traffic-mirror-target':
      // One may be shared by another account, whose id is then in its ARN.
      return `arn:*:ec2:${region ?? '*'}:*:${type}/*`;
    case 'network-interface':
    case 'traffic-mirror-filter':
    case 'traffic-mirror-session':
      return `arn:*:ec2:${region ?? '*'}:${account}:${type}/*`;
  }
}

/** What to allow, in words: actions and ARNs. */
export function formatPermission({ action, also, resources }: Permission, scope: Scope): string {
  return `${[action, ...also].join(' and ')} on ${resources.map((type) => toArn(type, scope)).join(', ')}`;
}
