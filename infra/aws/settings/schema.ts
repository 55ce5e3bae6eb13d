import * as v from 'valibot';
import { mustBe, section } from '../../../shared/config/schema/section.ts';
import { choice, listOf, pattern, text, truth, wholeNumber } from '../../../shared/config/schema/values.ts';
import { OWNER_PATTERN } from '../../../shared/ids.ts';
import { DestinationSchema } from '../destination/destination-settings.ts';

export const MODES = ['observe', 'enforce', 'paused'] as const;

/** Those that CloudWatch Logs knows: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** More often, one sweep would begin before the last has come to its end; less than daily, what events did not tell waits for days. */
const SWEEP_MINUTES = { least: 5, most: 1440 };

/** A sweep of each is begun every quarter of an hour, by two processes that take a second or two for a small one. */
const MOST_SCOPES = 1000;

const REGION = '[a-z]+(?:-[a-z]+)+-[0-9]+';

/** A scope as it is written, with its account and its region. */
export const SCOPE_PATTERN = new RegExp(`^([0-9]{12}):(${REGION})$`);

/** The topic's region is captured: alarms tell topics of their own region only. */
export const TOPIC_PATTERN = new RegExp(`^arn:aws[a-z-]*:sns:(${REGION}):[0-9]{12}:[\\w-]{1,256}$`);

/** IAM knows keys by their ARNs, not by aliases: https://docs.aws.amazon.com/kms/latest/developerguide/cmks-in-iam-policies.html */
const KEY_PATTERN = new RegExp(`^arn:aws[a-z-]*:kms:${REGION}:[0-9]{12}:key/[\\w-]+$`);

const owner = () => pattern('an owner, as soc: lower-case letters, digits and `-`, at most 31', OWNER_PATTERN);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, under the requirements for strings. */
const externalId = () =>
  pattern('2 to 1224 letters, digits and characters of `_+=,.@:/-`', /^[A-Za-z0-9_+=,.@:/-]{2,1224}$/);

const MembersSchema = section({
  externalId: v.pipe(externalId(), v.description('a word that the role of the other accounts asks for, as soc-7')),
  organization: v.optional(pattern('an organization of AWS Organizations, as o-a1b2c3d4e5', /^o-[a-z0-9]{10,32}$/)),
});

const AlarmsSchema = v.pipe(
  section({
    email: v.optional(pattern('an address, as soc@example.com', /^[^\s@]+@[^\s@]+\.[^\s@]+$/)),
    topic: v.optional(
      pattern("an SNS topic's ARN, as arn:aws:sns:us-east-1:123456789012:security-alarms", TOPIC_PATTERN),
    ),
  }),
  v.check(
    ({ email, topic }) => (email === undefined) !== (topic === undefined),
    'must have either `email` or `topic`: who is told of alarms',
  ),
);

/** The settings of an AWS deployment as they are written; what they say of each other is judged by `check.ts`. */
export const SettingsSchema = section({
  account: v.pipe(
    pattern('an AWS account of 12 digits, in quotes', /^[0-9]{12}$/),
    v.description('the account to deploy to, as "123456789012"'),
  ),
  region: v.pipe(
    pattern('a region, as us-east-1', new RegExp(`^${REGION}$`)),
    v.description('the region to deploy to, as us-east-1'),
  ),
  rules: v.pipe(
    text('where the rules are: a path, s3://bucket/key or ssm:/parameter/name'),
    v.description('where the rules are, as tapkeeper.yaml; without rules there is nothing to deploy'),
  ),
  rulesKey: v.optional(
    pattern(
      "a KMS key's ARN, as arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
      KEY_PATTERN,
    ),
  ),
  owner: v.optional(owner()),
  formerOwners: v.optional(v.array(owner(), mustBe('a list of owners'))),
  mode: v.optional(choice(...MODES)),
  scopes: v.optional(
    v.pipe(
      listOf(
        pattern('account:region, as "123456789012:us-east-1"', SCOPE_PATTERN),
        'a list of scopes, as ["123456789012:us-east-1"]',
      ),
      v.maxLength(
        MOST_SCOPES,
        ({ input }) =>
          `must have at most ${MOST_SCOPES} scopes, not ${input.length}; deploy another owner for the rest`,
      ),
    ),
  ),
  sweepMinutes: v.optional(wholeNumber(SWEEP_MINUTES.least, SWEEP_MINUTES.most)),
  launchHooks: v.optional(truth()),
  members: v.optional(MembersSchema),
  alarms: v.optional(AlarmsSchema),
  logRetentionDays: v.optional(v.picklist(RETENTION_DAYS, mustBe(`one of ${RETENTION_DAYS.join(', ')}`))),
  destination: v.optional(DestinationSchema),
});

export type SettingsFile = v.InferOutput<typeof SettingsSchema>;
