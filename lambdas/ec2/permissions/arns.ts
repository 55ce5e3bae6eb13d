/** The kinds of resources that a permission is about; `*` where the action knows no resources. */
export type ResourceType =
  | '*'
  | 'auto-scaling-group'
  | 'key'
  | 'network-interface'
  | 'object'
  | 'parameter'
  | 'queue'
  | 'role'
  | 'traffic-mirror-filter'
  | 'traffic-mirror-session'
  | 'traffic-mirror-target';

/** Where resources are; `*` stands for any, and a template's own words for what is known when it is deployed. */
export interface Place {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
}

/** The ARNs of all resources of a kind at a place, as a policy writes them. */
export function toArnPattern(type: ResourceType, { partition, account, region }: Place): string {
  switch (type) {
    case '*':
      return '*';
    case 'role':
      return `arn:${partition}:iam::${account}:role/*`;
    case 'object':
      // A bucket's name is enough: https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-arn-format.html
      return `arn:${partition}:s3:::*/*`;
    case 'parameter':
      return `arn:${partition}:ssm:${region}:${account}:parameter/*`;
    case 'key':
      return `arn:${partition}:kms:${region}:${account}:key/*`;
    case 'queue':
      return `arn:${partition}:sqs:${region}:${account}:*`;
    case 'auto-scaling-group':
      return `arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/*`;
    case 'traffic-mirror-target':
      // One may be shared by another account, whose id is then in its ARN.
      return `arn:${partition}:ec2:${region}:*:${type}/*`;
    case 'network-interface':
    case 'traffic-mirror-filter':
    case 'traffic-mirror-session':
      return `arn:${partition}:ec2:${region}:${account}:${type}/*`;
  }
}
