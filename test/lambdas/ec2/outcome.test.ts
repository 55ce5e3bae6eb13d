import { describe, expect, test } from 'vitest';
import { toReadFault } from '../../../lambdas/ec2/faults.ts';
import { toOutcome } from '../../../lambdas/ec2/outcome.ts';
import { PERMISSIONS } from '../../../lambdas/ec2/permissions.ts';
import {
  parseAttachmentId,
  parseDestinationName,
  parseFilterId,
  parseRuleName,
  parseSourceId,
  parseTargetId,
} from '../../../shared/ids.ts';
import type { Attach, Change, Detach, Modify } from '../../../shared/plan/change.ts';
import { HERE } from '../samples.ts';

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

function judged(change: Change, thrown: unknown): string {
  const outcome = toOutcome(thrown, change, permissionOf(change), HERE);
  if (outcome.kind === 'held') return `held ${outcome.hold.code}`;
  return outcome.kind === 'failed' ? `failed ${outcome.code}` : outcome.kind;
}

const TAKEN = 'Session number 100 is already being used for eni-0a';

describe('what a refusal comes to', () => {
  test.each<[Change, string, string, number | null, string]>([
    [attach, 'TrafficMirrorSessionsPerInterfaceLimitExceeded', '', 400, 'conflict'],
    [attach, 'InvalidParameterValue', TAKEN, 400, 'conflict'],
    [attach, 'SomethingNobodyHasSeen', '', 409, 'conflict'],
    [attach, 'NetworkInterfaceNotSupported', '', 400, 'held unfit'],
    [attach, 'InvalidParameterValue', 'eni-0a is in use by target tmt-0a', 400, 'held unfit'],
    [attach, 'TrafficMirrorSourcesPerTargetLimitExceeded', '', 400, 'held destination-full'],
    [attach, 'TrafficMirrorSessionsPerTargetLimitExceeded', '', 400, 'held destination-full'],
    [attach, 'InvalidTrafficMirrorTargetId.NotFound', '', 400, 'held destination-missing'],
    [attach, 'InvalidTrafficMirrorTargetNoFound', '', 400, 'held destination-missing'],
    [attach, 'InvalidTrafficMirrorTarget', '', 400, 'held destination-unhealthy'],
    [attach, 'InvalidTrafficMirrorFilterId.NotFound', '', 400, 'held no-filter-here'],
    [attach, 'InvalidTrafficMirrorFilterNotFound', '', 400, 'held no-filter-here'],
    [attach, 'InvalidNetworkInterfaceID.NotFound', '', 400, 'conflict'],
    [attach, 'InvalidNetworkInterfaceId.NotFound', '', 400, 'conflict'],
    [modify, 'InvalidNetworkInterfaceID.NotFound', '', 400, 'gone'],
    [detach, 'InvalidNetworkInterfaceID.NotFound', '', 400, 'gone'],
    [attach, 'TrafficMirrorSessionLimitExceeded', '', 400, 'failed quota'],
    [attach, 'RequestLimitExceeded', '', 503, 'failed throttled'],
    [attach, 'UnauthorizedOperation', '', 403, 'failed denied'],
    [attach, 'AuthFailure', '', 401, 'failed denied'],
    [attach, 'InternalError', '', 500, 'failed unreachable'],
    [attach, 'Unavailable', '', 503, 'failed unreachable'],
    [attach, 'TimeoutError', '', null, 'failed unreachable'],
    [attach, 'TypeError', 'x is not a function', null, 'failed unexpected'],
    [modify, 'InvalidParameterValue', 'no', 400, 'held modify-refused'],
    [modify, 'InvalidParameterValue', TAKEN, 400, 'conflict'],
    [modify, 'InvalidTrafficMirrorSessionId.NotFound', '', 400, 'gone'],
    [modify, 'TrafficMirrorSourcesPerTargetLimitExceeded', '', 400, 'held destination-full'],
    [detach, 'InvalidTrafficMirrorSessionId.NotFound', '', 400, 'gone'],
    [detach, 'InvalidTrafficMirrorSessionNotFound', '', 400, 'gone'],
    [detach, 'IncorrectState', '', 400, 'failed unexpected'],
    [detach, 'RequestLimitExceeded', '', 503, 'failed throttled'],
  ])('%#: %s', (change, name, message, status, expected) => {
    expect(judged(change, refusal(name, message, status))).toBe(expected);
  });

  test('a socket that was refused', () => {
    const thrown = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    expect(judged(attach, thrown)).toBe('failed unreachable');
  });

  test('a hold on a change in place keeps the attachment', () => {
    const outcome = toOutcome(refusal('InvalidParameterValue'), modify, PERMISSIONS.modifySession, HERE);
    expect(outcome).toMatchObject({ kind: 'held', hold: { keeps: 'tms-0a', source: 'eni-0a', destination: 'sensor' } });
  });
});

describe('what a denial says', () => {
  const encoded = 'Encoded authorization failure message: 4HqIzkQ';

  test('the permission with its resources, and nothing of the message', () => {
    const outcome = toOutcome(refusal('UnauthorizedOperation', encoded, 403), attach, PERMISSIONS.createSession, HERE);
    const detail = outcome.kind === 'failed' ? outcome.detail : '';
    expect(detail).toContain('CreateTrafficMirrorSession on eni-0a');
    expect(detail).toContain('allow ec2:CreateTrafficMirrorSession and ec2:CreateTags on');
    expect(detail).toContain('arn:*:ec2:us-east-1:123456789012:traffic-mirror-session/*');
    expect(detail).toContain('arn:*:ec2:us-east-1:*:traffic-mirror-target/*');
    expect(detail).not.toContain('4HqIzkQ');
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
