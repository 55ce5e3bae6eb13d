import { MARK_TAG, MARK_VERSION, OWNER_TAG } from '../../../shared/mark.ts';
import type { NonEmpty } from '../../../shared/words.ts';

/** One thing that a policy asks for beside action and resource: that a key has one of some values. */
export interface Test {
  /** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
  readonly operator: 'StringEquals' | 'StringLike' | 'ForAllValues:StringEquals';
  readonly key: string;
  /** `owner`: the one of the rules; `owners`: that or a former one, whose sessions are taken over. */
  readonly values: 'owner' | 'owners' | NonEmpty<string>;
}

/** All of them must hold. */
export type Condition = readonly Test[];

export const NONE: Condition = [];

/**
 * Our mark, whole, and no other tag. `ForAllValues` holds of a request without tags, too, which the other two deny
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html).
 */
export const WITH_OUR_MARK: Condition = [
  { operator: 'StringEquals', key: `aws:RequestTag/${OWNER_TAG}`, values: 'owner' },
  { operator: 'StringEquals', key: `aws:RequestTag/${MARK_TAG}`, values: [MARK_VERSION] },
  { operator: 'ForAllValues:StringEquals', key: 'aws:TagKeys', values: [OWNER_TAG, MARK_TAG] },
];

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html */
export const whileCreating = (call: string): Condition => [
  { operator: 'StringEquals', key: 'ec2:CreateAction', values: [call] },
  ...WITH_OUR_MARK,
];

/** Not for what the role asks of the key service itself (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service). */
export const BY_WHAT_KEEPS_RULES: Condition = [
  { operator: 'StringLike', key: 'kms:ViaService', values: ['s3.*', 'ssm.*'] },
];

/** Without it the role could change what is mirrored by others. */
export const ON_OUR_OWN: Condition = [
  { operator: 'StringEquals', key: `aws:ResourceTag/${OWNER_TAG}`, values: 'owners' },
  { operator: 'StringEquals', key: `aws:ResourceTag/${MARK_TAG}`, values: [MARK_VERSION] },
];
