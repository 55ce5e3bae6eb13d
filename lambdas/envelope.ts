import { findAt, findJson, findTextAt } from './fields.ts';
import { LAUNCHING } from './triggers.ts';

/** The fourth part of an ARN. */
const regionOf = (arn: string | null): string | null => arn?.split(':')[3] ?? null;

/**
 * Auto Scaling can put a launch hook's message straight on a queue or topic, without EventBridge
 * (https://docs.aws.amazon.com/autoscaling/ec2/userguide/prepare-for-lifecycle-notifications.html).
 */
function fromBareHook(body: unknown, region: string | null): unknown {
  return {
    source: 'aws.autoscaling',
    'detail-type': 'EC2 Instance-launch Lifecycle Action',
    id: findTextAt(body, 'RequestId'),
    account: findAt(body, 'AccountId'),
    region: regionOf(findTextAt(body, 'AutoScalingGroupARN')) ?? region,
    time: findTextAt(body, 'Time'),
    // The message is what an event has as its detail.
    detail: body,
  };
}

/** An event as EventBridge would deliver it, out of what SNS and Auto Scaling may have put around it or left away. */
export function unwrap(body: unknown, region: string | null): unknown {
  if (findTextAt(body, 'Type') === 'Notification' && findTextAt(body, 'TopicArn') !== null) {
    const message = findJson(findTextAt(body, 'Message') ?? '');
    const isNested = findTextAt(message, 'TopicArn') !== null;
    return isNested ? message : unwrap(message, regionOf(findTextAt(body, 'TopicArn')) ?? region);
  }
  const isBareHook = findTextAt(body, 'detail-type') === null && findTextAt(body, 'LifecycleTransition') === LAUNCHING;
  return isBareHook ? fromBareHook(body, region) : body;
}
