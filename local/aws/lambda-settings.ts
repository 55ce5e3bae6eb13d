import type { Mode } from '../../shared/ports.ts';
import type { AwsCloud } from './aws-cloud.ts';
import type { AccessKey } from './identity.ts';
import type { QueuePair } from './queues.ts';

/** What a deployment says of itself in its environment. */
export interface LambdaSettings {
  /** The rules file that is deployed with the Lambdas, or where else the rules are: `s3://…`, `ssm:/…`. */
  readonly rulesPath: string;
  /** Read at every invocation. */
  readonly mode: () => Mode;
  /** The regions that this deployment keeps, in each of its accounts; the cloud's own when left out. */
  readonly regions?: readonly string[];
  /** The accounts that this deployment keeps; the cloud's first when left out. */
  readonly accounts?: readonly string[];
  /** The ARN of the role to assume in each account but the first, with `{account}` in the account's place. */
  readonly memberRole?: string;
  readonly externalId?: string;
  /** The queues of this deployment; the cloud's first when left out. */
  readonly queues?: QueuePair;
}

/** The environment that infrastructure gives the Lambdas, pointing at the local cloud; the mode is read anew each time. */
export function toEnvironment(
  cloud: AwsCloud,
  settings: LambdaSettings,
  { accessKeyId }: AccessKey,
  bulkConcurrency: number,
): Readonly<Record<string, string | undefined>> {
  const { rulesPath, mode, memberRole, externalId } = settings;
  const { regions = [cloud.region], accounts = [cloud.account], queues = cloud.queues } = settings;
  const scopes = accounts.flatMap((account) => regions.map((region) => `${account}:${region}`));
  return {
    AWS_REGION: cloud.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_ENDPOINT_URL_EC2: cloud.endpoint,
    AWS_ENDPOINT_URL_SQS: cloud.sqsEndpoint,
    AWS_ENDPOINT_URL_STS: cloud.endpoint,
    AWS_ENDPOINT_URL_S3: cloud.s3Endpoint,
    AWS_ENDPOINT_URL_SSM: cloud.endpoint,
    AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2: cloud.endpoint,
    AWS_ENDPOINT_URL_AUTO_SCALING: cloud.endpoint,
    TAPKEEPER_ACCOUNT: cloud.account,
    TAPKEEPER_MEMBER_ROLE: memberRole,
    TAPKEEPER_EXTERNAL_ID: externalId,
    TAPKEEPER_RULES: rulesPath,
    TAPKEEPER_SCOPES: scopes.join(','),
    TAPKEEPER_EVENT_QUEUE_URL: queues.event.url,
    TAPKEEPER_BULK_QUEUE_URL: queues.bulk.url,
    TAPKEEPER_BULK_CONCURRENCY: String(bulkConcurrency),
    TAPKEEPER_ROLE_NAME: cloud.roleName,
    get TAPKEEPER_MODE(): Mode {
      return mode();
    },
  };
}
