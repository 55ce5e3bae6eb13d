import { fileOf, RULES } from '../../../cli/run.ts';
import { dirname, join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { answered, ended, type Recorded } from '../../command/recorded.ts';

/** Who is told, so that nothing is to be looked at. */
export const ALARMS = 'alarms: { email: soc@example.com }\n';

/** A folder with rules (owner `prod`) and settings beside them. Returns the path of the settings. */
export function settingsFile(more = '', rules = RULES): string {
  const path = fileOf(rules);
  const settings = join(dirname(path), 'tapkeeper.aws.yaml');
  writeFileSync(settings, `account: '123456789012'\nregion: us-east-1\nrules: tapkeeper.yaml\n${ALARMS}${more}`);
  return settings;
}

/** Settings whose rules are read while it runs. */
export function settingsElsewhere(place: string, more = ''): string {
  const path = settingsFile();
  writeFileSync(path, `account: '123456789012'\nregion: us-east-1\nrules: ${place}\nowner: prod\n${ALARMS}${more}`);
  return path;
}

/** Another account is kept as well. */
export const MEMBERS = `scopes: ['123456789012:us-east-1', '210987654321:us-east-1']\nmembers: { externalId: soc-7 }\n`;

const error = (code: string, operation: string, said: string): string =>
  `An error occurred (${code}) when calling the ${operation} operation: ${said}`;

const TRAIL = 'arn:aws:cloudtrail:us-east-1:123456789012:trail/all';

/** An account that is ready, and to which nothing is deployed, as AWS answers it. */
export const READY: Readonly<Record<string, Recorded>> = {
  'aws --version': answered('aws-cli/2.31.0 Python/3.13.7 Linux/6.8.0 exe/x86_64\n'),
  'aws sts get-caller-identity': {
    UserId: 'AIDA:alice',
    Account: '123456789012',
    Arn: 'arn:aws:sts::123456789012:assumed-role/Admin/alice@example.com',
  },
  'aws ec2 describe-regions': {
    Regions: [
      { RegionName: 'us-east-1', OptInStatus: 'opt-in-not-required' },
      { RegionName: 'eu-south-2', OptInStatus: 'not-opted-in' },
    ],
  },
  'aws ssm get-parameter': { Parameter: { Name: '/cdk-bootstrap/hnb659fds/version', Value: '28' } },
  'aws cloudformation describe-stacks': error(
    'ValidationError',
    'DescribeStacks',
    'Stack with id tapkeeper-prod does not exist',
  ),
  'aws cloudformation get-template-summary': error(
    'ValidationError',
    'GetTemplateSummary',
    'Stack with id tapkeeper-prod does not exist',
  ),
  'aws iam get-role': error('NoSuchEntity', 'GetRole', 'The role with name tapkeeper-prod cannot be found.'),
  'aws cloudtrail describe-trails': { trailList: [{ Name: 'all', TrailARN: TRAIL, HomeRegion: 'us-east-1' }] },
  'aws cloudtrail get-trail-status': { IsLogging: true },
  'aws cloudtrail get-event-selectors': {
    EventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true, DataResources: [] }],
  },
  'aws ec2 describe-traffic-mirror-targets': {
    TrafficMirrorTargets: [{ TrafficMirrorTargetId: 'tmt-0a45c694b91bcea54', Type: 'network-load-balancer' }],
  },
  'aws ec2 describe-traffic-mirror-filters': {
    TrafficMirrorFilters: [{ TrafficMirrorFilterId: 'tmf-010db9a7d8056cc2d' }],
  },
  'aws lambda get-function-configuration': error(
    'ResourceNotFoundException',
    'GetFunctionConfiguration',
    'Function not found',
  ),
  'aws lambda get-account-settings': { AccountLimit: { UnreservedConcurrentExecutions: 1000 } },
};

/** What is deployed keeps these scopes. */
export const keeping = (...scopes: readonly string[]): Readonly<Record<string, Recorded>> => ({
  'aws cloudformation get-template-summary': { Metadata: JSON.stringify({ TapkeeperScopes: scopes }) },
});

/** The stack is there, and its functions were paused at that time. */
export const DEPLOYED: Readonly<Record<string, Recorded>> = {
  ...READY,
  ...keeping('123456789012:us-east-1'),
  'aws cloudformation describe-stacks': { Stacks: [{ StackStatus: 'UPDATE_COMPLETE' }] },
  'aws lambda get-function-configuration': {
    LastModified: '1970-01-01T00:00:00.000+0000',
    Timeout: 300,
    LastUpdateStatus: 'Successful',
    Environment: { Variables: { TAPKEEPER_MODE: 'paused' } },
  },
};

export const NO_AWS = { ...ended(127), stderr: 'spawn aws ENOENT' };
export { error as awsError };
