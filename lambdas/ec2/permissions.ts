import type { NonEmpty, Scope } from '../../shared/words.ts';

/** The kinds of resources that a permission is about; `*` where the action knows no resources. */
type ResourceType =
  | '*'
  | 'auto-scaling-group'
  | 'network-interface'
  | 'object'
  | 'parameter'
  | 'queue'
  | 'role'
  | 'traffic-mirror-filter'
  | 'traffic-mirror-session'
  | 'traffic-mirror-target';

/** The services that are called, as IAM spells them. */
type Service = 'autoscaling' | 'ec2' | 'elasticloadbalancing' | 's3' | 'sqs' | 'ssm' | 'sts';

/** One action that a policy has to allow. */
interface Grant {
  readonly action: `${Service}:${string}`;
  readonly resources: NonEmpty<ResourceType>;
  /** What the policy may ask for beside, so that it allows no more than is needed. */
  readonly condition: string | null;
}

/** What one call needs from IAM. Policies and messages are made from these, so that they cannot differ from the calls. */
export interface Permission extends Grant {
  readonly call: string;
  /** What the same call is also checked for. */
  readonly also: readonly Grant[];
}

const toRead = (service: Service, call: `Describe${string}`): Permission => ({
  call,
  action: `${service}:${call}`,
  resources: ['*'],
  condition: null,
  also: [],
});

/** Without it the role could change what is mirrored by others. */
const OWN_SESSIONS = 'aws:ResourceTag/tapkeeper:owner is the owner in the rules';

/**
 * Every call of tapkeeper with its permission
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html and its sisters).
 * The policy sample of the Traffic Mirroring guide leaves out the session itself and `ec2:CreateTags`; without them
 * creating a session that is tagged is denied. Tags are what aims mirroring: the role may write them on the sessions that it
 * creates, while it creates them, and on nothing else
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html).
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
    condition: null,
    also: [
      {
        action: 'ec2:CreateTags',
        resources: ['traffic-mirror-session'],
        condition: 'ec2:CreateAction is CreateTrafficMirrorSession',
      },
    ],
  },
  modifySession: {
    call: 'ModifyTrafficMirrorSession',
    action: 'ec2:ModifyTrafficMirrorSession',
    resources: ['traffic-mirror-session'],
    condition: OWN_SESSIONS,
    also: [
      {
        // Of these nothing is changed, and they are not marked: the condition would deny them.
        action: 'ec2:ModifyTrafficMirrorSession',
        resources: ['traffic-mirror-filter', 'traffic-mirror-target'],
        condition: null,
      },
    ],
  },
  deleteSession: {
    call: 'DeleteTrafficMirrorSession',
    action: 'ec2:DeleteTrafficMirrorSession',
    resources: ['traffic-mirror-session'],
    condition: OWN_SESSIONS,
    also: [],
  },
  describeLoadBalancers: toRead('elasticloadbalancing', 'DescribeLoadBalancers'),
  describeListeners: toRead('elasticloadbalancing', 'DescribeListeners'),
  completeLifecycleAction: {
    call: 'CompleteLifecycleAction',
    action: 'autoscaling:CompleteLifecycleAction',
    resources: ['auto-scaling-group'],
    condition: null,
    also: [],
  },
  assumeRole: { call: 'AssumeRole', action: 'sts:AssumeRole', resources: ['role'], condition: null, also: [] },
  sendMessages: {
    call: 'SendMessageBatch',
    action: 'sqs:SendMessage',
    resources: ['queue'],
    condition: null,
    also: [],
  },
  readRulesObject: { call: 'GetObject', action: 's3:GetObject', resources: ['object'], condition: null, also: [] },
  readRulesParameter: {
    call: 'GetParameter',
    action: 'ssm:GetParameter',
    resources: ['parameter'],
    condition: null,
    also: [],
  },
} as const satisfies Record<string, Permission>;

function toArn(type: ResourceType, { account, region }: Scope): string {
  switch (type) {
    case '*':
      return '*';
    case 'role':
      return `arn:*:iam::${account}:role/*`;
    case 'object':
      // The name of a bucket is enough: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-arn-format.html
      return 'arn:*:s3:::*/*';
    case 'parameter':
      return `arn:*:ssm:${region ?? '*'}:${account}:parameter/*`;
    case 'queue':
      return `arn:*:sqs:${region ?? '*'}:${account}:*`;
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

function formatGrant({ action, resources, condition }: Grant, scope: Scope): string {
  const allowed = `${action} on ${resources.map((type) => toArn(type, scope)).join(', ')}`;
  return condition === null ? allowed : `${allowed} where ${condition}`;
}

/** What to allow, in words: actions, ARNs and conditions. */
export const formatPermission = (permission: Permission, scope: Scope): string =>
  [permission, ...permission.also].map((grant) => formatGrant(grant, scope)).join(', and ');
