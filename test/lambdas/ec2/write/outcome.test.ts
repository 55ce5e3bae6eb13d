import { describe, expect, test } from 'vitest';
import { toReadFault } from '../../../../lambdas/ec2/faults.ts';
import { toOutcome } from '../../../../lambdas/ec2/write/outcome.ts';
import { PERMISSIONS } from '../../../../lambdas/ec2/permissions.ts';
import {
  parseAttachmentId,
  parseDestinationName,
  parseFilterId,
  parseRuleName,
  parseSourceId,
  parseTargetId,
} from '../../../../shared/ids.ts';
import type { Attach, Change, Detach, Modify, Retarget } from '../../../../shared/plan/change.ts';
import { HERE } from '../../samples.ts';

const to = {
  target: parseTargetId('tmt-0a'),
  filter: parseFilterId('tmf-0a'),
  number: 100,
  packetLength: null,
  virtualNetworkId: null,
};
const about = { source: parseSourceId('eni-0a'), machine: null };
const wished = { destination: parseDestinationName('sensor'), rules: [parseRuleName('tagged')] };
const attachment = parseAttachmentId('tms-0a');
const attach: Attach = { kind: 'attach', ...about, ...wished, to };
const modify: Modify = { kind: 'modify', ...about, ...wished, attachment, from: { ...to, number: 7 }, to };
const detach: Detach = { kind: 'detach', ...about, attachment, from: to, because: 'unwished' };

const refusal = (name: string, message = '', status: number | null = 400): Error =>
  Object.assign(new Error(message), { name, ...(status === null ? {} : { $metadata: { httpStatusCode: status } }) });

const permissionOf = (change: Change) =>
  ({
    attach: PERMISSIONS.createSession,
    modify: PERMISSIONS.modifySession,
    retarget: PERMISSIONS.modifySession,
    detach: PERMISSIONS.deleteSession,
  })[change.kind];

const retarget: Retarget = { ...modify, kind: 'retarget', from: { ...to, target: parseTargetId('tmt-0b') } };

/** What becomes of a change, and the step that is shown. */
function judged(change: Change, thrown: unknown): { readonly becomes: string; readonly detail: string } {
  const outcome = toOutcome(thrown, change, permissionOf(change), HERE);
  switch (outcome.kind) {
    case 'done':
      throw new Error('what was refused is not done');
    case 'held':
      return { becomes: `held ${outcome.hold.code}`, detail: outcome.hold.detail };
    case 'failed':
      return { becomes: `failed ${outcome.code}`, detail: outcome.detail };
    case 'gone':
    case 'conflict':
      return { becomes: outcome.kind, detail: outcome.detail };
  }
}

const TAKEN = 'Session number 100 is already being used for eni-0a';
const IS_TARGET = 'eni-0a is in use by target tmt-0a';

/**
 * | code, as AWS documents it or as it really sends it | message | status | an attach | a modify or retarget | a detach | the step that is shown |
 */
const TABLE: readonly (readonly [string, string, number | null, string, string, string, RegExp])[] = [
  [
    'NetworkInterfaceNotSupported',
    '',
    400,
    'held unfit',
    'held unfit',
    'failed unexpected',
    /attach it to an instance of a type that can be mirrored/,
  ],
  [
    'TrafficMirrorSessionsPerInterfaceLimitExceeded',
    '',
    400,
    'conflict',
    'conflict',
    'failed quota',
    /remove a session of the interface/,
  ],
  ['InvalidParameterValue', TAKEN, 400, 'conflict', 'conflict', 'failed unexpected', /choose another session number/],
  ['SomethingElse', TAKEN, 409, 'conflict', 'conflict', 'failed unexpected', /choose another session number/],
  ['InvalidParameterValue', IS_TARGET, 400, 'conflict', 'conflict', 'failed unexpected', /exclude it by rule/],
  [
    'TrafficMirrorSourcesPerTargetLimitExceeded',
    '',
    400,
    'held destination-full',
    'held destination-full',
    'failed quota',
    /add a sensor to the pool/,
  ],
  [
    'TrafficMirrorSessionsPerTargetLimitExceeded',
    '',
    400,
    'held destination-full',
    'held destination-full',
    'failed quota',
    /add a sensor to the pool/,
  ],
  [
    'TrafficMirrorSessionLimitExceeded',
    '',
    400,
    'failed quota',
    'failed quota',
    'failed quota',
    /delete sessions that nobody needs/,
  ],
  [
    'InvalidTrafficMirrorTargetId.NotFound',
    '',
    400,
    'held destination-missing',
    'held destination-missing',
    'failed unexpected',
    /have the account that owns it share it/,
  ],
  [
    'InvalidTrafficMirrorTargetNoFound',
    '',
    400,
    'held destination-missing',
    'held destination-missing',
    'failed unexpected',
    /correct the target/,
  ],
  [
    'InvalidTrafficMirrorTargetNotFound',
    '',
    400,
    'held destination-missing',
    'held destination-missing',
    'failed unexpected',
    /correct the target/,
  ],
  [
    'InvalidTrafficMirrorTargetId.Malformed',
    '',
    400,
    'held destination-missing',
    'held destination-missing',
    'failed unexpected',
    /correct the target/,
  ],
  [
    'InvalidTrafficMirrorTarget',
    '',
    400,
    'held destination-unhealthy',
    'held destination-unhealthy',
    'failed unexpected',
    /start the instance/,
  ],
  [
    'InvalidTrafficMirrorFilterId.NotFound',
    '',
    400,
    'held no-filter-here',
    'held no-filter-here',
    'failed unexpected',
    /each account needs its own/,
  ],
  [
    'InvalidTrafficMirrorFilterNotFound',
    '',
    400,
    'held no-filter-here',
    'held no-filter-here',
    'failed unexpected',
    /correct the filter/,
  ],
  [
    'InvalidTrafficMirrorFilterId.Malformed',
    '',
    400,
    'held no-filter-here',
    'held no-filter-here',
    'failed unexpected',
    /correct the filter/,
  ],
  ['InvalidTrafficMirrorSessionId.NotFound', '', 400, 'conflict', 'conflict', 'gone', /it is read again/],
  ['InvalidTrafficMirrorSessionNotFound', '', 400, 'conflict', 'conflict', 'gone', /it is read again/],
  ['InvalidNetworkInterfaceID.NotFound', '', 400, 'conflict', 'gone', 'gone', /too new to be seen everywhere/],
  ['InvalidNetworkInterfaceId.NotFound', '', 400, 'conflict', 'gone', 'gone', /too new to be seen everywhere/],
  ['InvalidNetworkInterfaceID.Malformed', '', 400, 'conflict', 'held modify-refused', 'failed unexpected', /Malformed/],
  [
    'IdempotentParameterMismatch',
    '',
    400,
    'conflict',
    'held modify-refused',
    'failed unexpected',
    /with another token/,
  ],
  [
    'SomethingNobodyHasSeen',
    'no',
    400,
    'conflict',
    'held modify-refused',
    'failed unexpected',
    /SomethingNobodyHasSeen: no/,
  ],
  [
    'InvalidParameterValue',
    'no',
    400,
    'conflict',
    'held modify-refused',
    'failed unexpected',
    /InvalidParameterValue: no/,
  ],
  [
    'UnauthorizedOperation',
    '',
    403,
    'failed denied',
    'failed denied',
    'failed denied',
    /allow ec2:\w+TrafficMirrorSession/,
  ],
  [
    'AuthFailure',
    '',
    401,
    'failed denied',
    'failed denied',
    'failed denied',
    /give credentials of account 123456789012/,
  ],
  ['RequestLimitExceeded', '', 503, 'failed throttled', 'failed throttled', 'failed throttled', /tried again later/],
  ['EC2ThrottledException', '', 400, 'failed throttled', 'failed throttled', 'failed throttled', /tried again later/],
  ['InternalError', '', 500, 'failed unreachable', 'failed unreachable', 'failed unreachable', /tried again later/],
  ['InternalFailure', '', 500, 'failed unreachable', 'failed unreachable', 'failed unreachable', /tried again later/],
  ['Unavailable', '', 503, 'failed unreachable', 'failed unreachable', 'failed unreachable', /tried again later/],
  [
    'ServiceUnavailable',
    '',
    503,
    'failed unreachable',
    'failed unreachable',
    'failed unreachable',
    /tried again later/,
  ],
  [
    'TimeoutError',
    '',
    null,
    'failed unreachable',
    'failed unreachable',
    'failed unreachable',
    /see whether the endpoint can be reached/,
  ],
  [
    'TypeError',
    'x is not a function',
    null,
    'failed unexpected',
    'failed unexpected',
    'failed unexpected',
    /x is not a function/,
  ],
];

describe('what a refusal comes to', () => {
  test.each(TABLE)('%s %s', (code, message, status, attaching, changing, detaching, step) => {
    const thrown = refusal(code, message, status);
    const verdicts = [attach, modify, retarget, detach].map((change) => judged(change, thrown));
    expect(verdicts.map(({ becomes }) => becomes)).toEqual([attaching, changing, changing, detaching]);
    for (const { detail } of verdicts) {
      expect(detail).toMatch(step);
      expect(detail).toMatch(/^(Create|Modify|Delete)TrafficMirrorSession on (eni|tms)-0a: /);
    }
  });

  test('a socket that was refused', () => {
    const thrown = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(judged(attach, thrown).becomes).toBe('failed unreachable');
  });

  test('a hold on a change in place keeps the attachment', () => {
    const outcome = toOutcome(refusal('InvalidParameterValue'), modify, PERMISSIONS.modifySession, HERE);
    expect(outcome).toMatchObject({ kind: 'held', hold: { keeps: 'tms-0a', source: 'eni-0a', destination: 'sensor' } });
  });
});

describe('what a denial says', () => {
  const encoded = 'Encoded authorization failure message: 4HqIzkQ';
  const WITH_OUR_MARK =
    'aws:RequestTag/tapkeeper:owner is the owner in the rules and aws:RequestTag/tapkeeper:mark is v1 ' +
    'and aws:TagKeys has nothing but tapkeeper:owner or tapkeeper:mark';

  test('the permission with its resources, and nothing of the message', () => {
    const outcome = toOutcome(refusal('UnauthorizedOperation', encoded, 403), attach, PERMISSIONS.createSession, HERE);
    const detail = outcome.kind === 'failed' ? outcome.detail : '';
    expect(detail).toContain('CreateTrafficMirrorSession on eni-0a');
    expect(detail).toContain(
      'allow ec2:CreateTrafficMirrorSession on arn:*:ec2:us-east-1:123456789012:network-interface/*, ' +
        'arn:*:ec2:us-east-1:123456789012:traffic-mirror-filter/*, arn:*:ec2:us-east-1:*:traffic-mirror-target/*, and ' +
        'ec2:CreateTrafficMirrorSession on arn:*:ec2:us-east-1:123456789012:traffic-mirror-session/* ' +
        `where ${WITH_OUR_MARK}, and ec2:CreateTags`,
    );
    expect(detail).not.toContain('4HqIzkQ');
  });

  test('to tag nothing but new sessions: who may tag interfaces may aim mirroring', () => {
    const outcome = toOutcome(refusal('UnauthorizedOperation', encoded, 403), attach, PERMISSIONS.createSession, HERE);
    const detail = outcome.kind === 'failed' ? outcome.detail : '';
    expect(detail.split('ec2:CreateTags on ')[1]).toBe(
      'arn:*:ec2:us-east-1:123456789012:traffic-mirror-session/* ' +
        `where ec2:CreateAction is CreateTrafficMirrorSession and ${WITH_OUR_MARK}`,
    );
  });

  test.each([
    [
      'change',
      modify,
      ', and ec2:ModifyTrafficMirrorSession on arn:*:ec2:us-east-1:123456789012:traffic-mirror-filter/*, ',
    ],
    ['delete', detach, ''],
  ] as const)('to %s nothing but what is ours', (_, change, more) => {
    const outcome = toOutcome(refusal('UnauthorizedOperation', encoded, 403), change, permissionOf(change), HERE);
    const detail = outcome.kind === 'failed' ? outcome.detail : '';
    expect(detail).toContain(
      `allow ${permissionOf(change).action} on arn:*:ec2:us-east-1:123456789012:traffic-mirror-session/* ` +
        'where aws:ResourceTag/tapkeeper:owner is the owner in the rules or a former one ' +
        `and aws:ResourceTag/tapkeeper:mark is v1${more}`,
    );
  });

  test('the very action and resource when the message names them, and not who asked', () => {
    const message =
      'You are not authorized to perform this operation. User: arn:aws:sts::123456789012:assumed-role/a/alice is not ' +
      'authorized to perform: ec2:CreateTags on resource: arn:aws:ec2:us-east-1:123456789012:traffic-mirror-session/* ' +
      `because no identity-based policy allows the ec2:CreateTags action. ${encoded}`;
    const outcome = toOutcome(refusal('UnauthorizedOperation', message, 403), attach, PERMISSIONS.createSession, HERE);
    const detail = outcome.kind === 'failed' ? outcome.detail : '';
    expect(detail).toContain('allow ec2:CreateTags on arn:aws:ec2:us-east-1:123456789012:traffic-mirror-session/*');
    expect(detail).not.toMatch(/alice|4HqIzkQ/);
  });

  test('of a read, where it was made', () => {
    const fault = toReadFault(refusal('UnauthorizedOperation', encoded, 403), PERMISSIONS.describeInstances, HERE);
    expect(fault.code).toBe('denied');
    expect(fault.message).toBe(
      'DescribeInstances on 123456789012 us-east-1: denied (UnauthorizedOperation); allow ec2:DescribeInstances on *',
    );
  });

  test('of credentials, that they were not accepted', () => {
    const fault = toReadFault(refusal('CredentialsProviderError', 'x', null), PERMISSIONS.describeInstances, HERE);
    expect(fault.code).toBe('denied');
    expect(fault.message).toContain('the credentials were not accepted (CredentialsProviderError)');
  });
});
