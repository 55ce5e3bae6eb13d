import type {
  CompleteLifecycleActionCommandInput,
  DescribeAutoScalingInstancesCommandInput,
} from '@aws-sdk/client-auto-scaling';
import type { ServiceAction, ServiceCall } from './call.ts';
import type { Launches, LifecycleResult } from './launches.ts';
import { lifecycleStateOf } from './launches.ts';
import { invalid } from './read.ts';

/** The group that a permission names; its ARN holds an id, too, that is nowhere else. Describe actions know no resources. */
export const groupOf = ({ region, account }: ServiceCall, request: object): string =>
  'AutoScalingGroupName' in request
    ? `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:local:autoScalingGroupName/${String(request.AutoScalingGroupName)}`
    : '*';

/** The actions of Auto Scaling; groups exist only as what launched an instance. */
export const autoScalingActions = (launches: Launches) =>
  ({
    CompleteLifecycleAction: (call: ServiceCall, request: CompleteLifecycleActionCommandInput) =>
      complete(launches, call, request),
    DescribeAutoScalingInstances: (
      { account, region }: ServiceCall,
      { InstanceIds: ids = [] }: DescribeAutoScalingInstancesCommandInput,
    ) => ({
      AutoScalingInstances: launches
        .all()
        .filter((launch) => launch.account === account && launch.region === region)
        .filter(({ instanceId }) => ids.length === 0 || ids.includes(instanceId))
        .map((launch) => ({
          InstanceId: launch.instanceId,
          AutoScalingGroupName: launch.group,
          AvailabilityZone: launch.zone,
          LifecycleState: lifecycleStateOf(launch),
          HealthStatus: 'HEALTHY',
          ProtectedFromScaleIn: false,
        })),
    }),
  }) satisfies Record<string, ServiceAction>;

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CompleteLifecycleAction.html */
function complete(
  launches: Launches,
  { account, region }: ServiceCall,
  request: CompleteLifecycleActionCommandInput,
): object {
  const { AutoScalingGroupName: group = '', LifecycleHookName: hook = '' } = request;
  const { LifecycleActionToken: token = null, InstanceId: instanceId = null } = request;
  if (token === null && instanceId === null) {
    throw invalid('One of the parameters LifecycleActionToken and InstanceId must be given');
  }
  const result = readResult(request.LifecycleActionResult);
  if (launches.complete({ account, region, group, hook, token, instanceId }, result)) return {};
  const what = token === null ? `instance ID ${instanceId}` : `token ${token}`;
  throw invalid(`No active Lifecycle Action found with ${what}`);
}

function readResult(given: string | undefined): LifecycleResult {
  if (given === 'CONTINUE' || given === 'ABANDON') return given;
  throw invalid(`The lifecycle action result must be CONTINUE or ABANDON, not '${given ?? ''}'`);
}
