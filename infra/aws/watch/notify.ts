import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { namesOf } from '../names.ts';
import type { Notify } from './watched.ts';

const CLOUDWATCH = new ServicePrincipal('cloudwatch.amazonaws.com');

/** What alarms do when they are raised; `null`: nothing beyond being red. */
export function addNotification(
  scope: Construct,
  names: ReturnType<typeof namesOf>,
  notify: Notify | null,
): SnsAction | null {
  if (notify === null) return null;
  if (notify.kind === 'topic') return new SnsAction(Topic.fromTopicArn(scope, 'AlarmTopic', notify.arn));
  const topic = new Topic(scope, 'AlarmTopic', {
    displayName: `Alarms of ${names.stack}`,
    masterKey: addTopicKey(scope, names),
    enforceSSL: true,
  });
  topic.addSubscription(new EmailSubscription(notify.address));
  topic.addToResourcePolicy(
    new PolicyStatement({
      principals: [CLOUDWATCH],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        ArnLike: {
          'aws:SourceArn': `arn:${Aws.PARTITION}:cloudwatch:${Aws.REGION}:${Aws.ACCOUNT_ID}:alarm:${names.stack}-*`,
        },
      },
    }),
  );
  return new SnsAction(topic);
}

/**
 * A key of our own: with the one that AWS keeps for SNS, alarms could not be published, and nobody would be told of that either
 * (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services).
 */
function addTopicKey(scope: Construct, names: ReturnType<typeof namesOf>): Key {
  const key = new Key(scope, 'AlarmKey', {
    description: `Alarms of ${names.stack}`,
    enableKeyRotation: true,
    // It keeps nothing: a message is encrypted for as long as it is on its way.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [CLOUDWATCH],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
    }),
  );
  return key;
}
