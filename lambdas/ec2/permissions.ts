import type { NonEmpty } from '../../shared/words.ts';
import type { ResourceType } from './permissions/arns.ts';
import {
  BY_WHAT_KEEPS_RULES,
  NONE,
  ON_OUR_OWN,
  WITH_OUR_MARK,
  whileCreating,
  type Condition,
} from './permissions/conditions.ts';

/** The services that are called, as IAM spells them. */
type Service = 'autoscaling' | 'ec2' | 'elasticloadbalancing' | 'kms' | 's3' | 'sqs' | 'ssm' | 'sts';

/** One action that a policy has to allow. */
export interface Grant {
  readonly action: `${Service}:${string}`;
  readonly resources: NonEmpty<ResourceType>;
  /** What the policy asks for beside, so that it allows no more than is needed. */
  readonly condition: Condition;
  /** The statement of a policy that it belongs to: grants of one statement share resources and condition. */
  readonly sid: string;
}

/** What one call needs from IAM. Policies, messages and a page are made from these, so that they cannot differ from the calls. */
export interface Permission extends Grant {
  readonly call: string;
  /** What the call is made for, to be read after "for". */
  readonly purpose: string;
  /** What the same call is also checked for. */
  readonly also: readonly Grant[];
}

const toRead = (service: Service, call: `Describe${string}`, purpose: string): Permission => ({
  call,
  purpose,
  action: `${service}:${call}`,
  resources: ['*'],
  condition: NONE,
  sid: 'Read',
  also: [],
});

/**
 * Every call of tapkeeper with its permission
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html and its sisters).
 * The policy sample of the Traffic Mirroring guide leaves out the session itself and `ec2:CreateTags`; without them
 * creating a session that is tagged is denied. Tags are what aims mirroring: the role may write them on the sessions that it
 * creates, while it creates them, and on nothing else
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html).
 */
export const PERMISSIONS = {
  describeInstances: toRead('ec2', 'DescribeInstances', 'the machines, their types, states and tags'),
  describeNetworkInterfaces: toRead('ec2', 'DescribeNetworkInterfaces', 'the interfaces and their tags'),
  describeSessions: toRead('ec2', 'DescribeTrafficMirrorSessions', 'what is mirrored now, by whomever'),
  describeTargets: toRead('ec2', 'DescribeTrafficMirrorTargets', 'the destinations'),
  describeFilters: toRead('ec2', 'DescribeTrafficMirrorFilters', 'the filters that the rules name'),
  createSession: {
    call: 'CreateTrafficMirrorSession',
    purpose: 'attaching',
    action: 'ec2:CreateTrafficMirrorSession',
    resources: ['network-interface', 'traffic-mirror-filter', 'traffic-mirror-target'],
    condition: NONE,
    sid: 'UseToCreate',
    also: [
      {
        // The three that it uses bear no tags of the request: the condition would deny them.
        action: 'ec2:CreateTrafficMirrorSession',
        resources: ['traffic-mirror-session'],
        condition: WITH_OUR_MARK,
        sid: 'CreateOurOwn',
      },
      {
        action: 'ec2:CreateTags',
        resources: ['traffic-mirror-session'],
        condition: whileCreating('CreateTrafficMirrorSession'),
        sid: 'MarkWhileCreating',
      },
    ],
  },
  modifySession: {
    call: 'ModifyTrafficMirrorSession',
    purpose: 'changing where to, or how, something is mirrored',
    action: 'ec2:ModifyTrafficMirrorSession',
    resources: ['traffic-mirror-session'],
    condition: ON_OUR_OWN,
    sid: 'ChangeOurOwn',
    also: [
      {
        // Of these nothing is changed, and they are not marked: the condition would deny them.
        action: 'ec2:ModifyTrafficMirrorSession',
        resources: ['traffic-mirror-filter', 'traffic-mirror-target'],
        condition: NONE,
        sid: 'UseToChange',
      },
    ],
  },
  deleteSession: {
    call: 'DeleteTrafficMirrorSession',
    purpose: 'detaching',
    action: 'ec2:DeleteTrafficMirrorSession',
    resources: ['traffic-mirror-session'],
    condition: ON_OUR_OWN,
    sid: 'ChangeOurOwn',
    also: [],
  },
  describeLoadBalancers: toRead('elasticloadbalancing', 'DescribeLoadBalancers', 'whether a destination listens'),
  describeListeners: toRead('elasticloadbalancing', 'DescribeListeners', 'whether a destination listens'),
  completeLifecycleAction: {
    call: 'CompleteLifecycleAction',
    purpose: 'letting machines of Auto Scaling groups go into service, where launch hooks are used',
    action: 'autoscaling:CompleteLifecycleAction',
    resources: ['auto-scaling-group'],
    condition: NONE,
    sid: 'CompleteLaunchHooks',
    also: [],
  },
  assumeRole: {
    call: 'AssumeRole',
    purpose: 'reaching other accounts',
    action: 'sts:AssumeRole',
    resources: ['role'],
    condition: NONE,
    sid: 'ReachMembers',
    also: [],
  },
  sendMessages: {
    call: 'SendMessageBatch',
    purpose: 'handing on work',
    action: 'sqs:SendMessage',
    resources: ['queue'],
    condition: NONE,
    sid: 'HandOnWork',
    also: [],
  },
  readRulesObject: {
    call: 'GetObject',
    purpose: 'the rules, where they are kept in a bucket',
    action: 's3:GetObject',
    resources: ['object'],
    condition: NONE,
    sid: 'ReadRulesObject',
    also: [],
  },
  readRulesParameter: {
    call: 'GetParameter',
    purpose: 'the rules, where they are kept in a parameter',
    action: 'ssm:GetParameter',
    resources: ['parameter'],
    condition: NONE,
    sid: 'ReadRulesParameter',
    also: [],
  },
  decryptRules: {
    call: 'Decrypt, by S3 or Parameter Store',
    purpose: 'the rules, where they are encrypted with a key of your own',
    action: 'kms:Decrypt',
    resources: ['key'],
    condition: BY_WHAT_KEEPS_RULES,
    sid: 'ReadRulesKey',
    also: [],
  },
} as const satisfies Record<string, Permission>;
