import type { NonEmpty, Scope } from '../../shared/words.ts';

/** The kinds of EC2 resources that a permission is about; `*` where the action knows no resources. */
type ResourceType =
  '*' | 'network-interface' | 'traffic-mirror-filter' | 'traffic-mirror-session' | 'traffic-mirror-target';

/** What one call needs from IAM. Policies and messages are made from these, so that they cannot differ from the calls. */
export interface Permission {
  readonly call: string;
  readonly action: `ec2:${string}`;
  readonly resources: NonEmpty<ResourceType>;
  /** Actions that the same call is also checked for. */
  readonly also: readonly `ec2:${string}`[];
}

const toRead = (call: `Describe${string}`): Permission => ({ call, action: `ec2:${call}`, resources: ['*'], also: [] });

/**
 * Every EC2 call of tapkeeper with its permission
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html).
 * The policy sample of the Traffic Mirroring guide leaves out the session itself and `ec2:CreateTags`; without them
 * creating a session that is tagged is denied.
 */
export const PERMISSIONS = {
  describeInstances: toRead('DescribeInstances'),
  describeNetworkInterfaces: toRead('DescribeNetworkInterfaces'),
  describeSessions: toRead('DescribeTrafficMirrorSessions'),
  describeTargets: toRead('DescribeTrafficMirrorTargets'),
  describeFilters: toRead('DescribeTrafficMirrorFilters'),
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
} as const satisfies Record<string, Permission>;

/** A target may be shared by another account, whose id is then in its ARN. */
const accountOf = (type: ResourceType, scope: Scope): string =>
  type === 'traffic-mirror-target' ? '*' : scope.account;

/** What to allow, in words: actions and ARNs. */
export function formatPermission({ action, also, resources }: Permission, scope: Scope): string {
  const arns = resources.map((type) =>
    type === '*' ? '*' : `arn:*:ec2:${scope.region ?? '*'}:${accountOf(type, scope)}:${type}/*`,
  );
  return `${[action, ...also].join(' and ')} on ${arns.join(', ')}`;
}
