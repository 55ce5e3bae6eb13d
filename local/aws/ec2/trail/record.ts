import type { Identity } from '../../identity.ts';
import { toArn } from '../../identity.ts';
import type { CloudEvent } from '../call.ts';
import type { Refusal } from '../errors.ts';
import type { Operation } from '../model.ts';
import type { Random } from '../randomness.ts';
import { newUuid } from '../randomness.ts';
import { CLASSIC } from './classic.ts';
import { toWrappedRequest, toWrappedResponse } from './wrapped.ts';

/** One call as the trail sees it; `request` is `null` when it could not be read. */
export interface Called {
  readonly action: string;
  readonly operation: Operation;
  readonly request: object | null;
  readonly outcome:
    { readonly kind: 'done'; readonly response: object } | { readonly kind: 'refused'; readonly why: Refusal };
  readonly requestId: string;
  readonly identity: Identity;
  readonly accessKeyId: string;
  readonly account: string;
  readonly region: string;
  readonly nowMs: number;
  readonly userAgent: string;
}

/** Describe calls are not delivered unless a rule asks for all management events; nothing here does. */
export const isRecorded = (action: string): boolean => !/^(Describe|Get|List)/.test(action);

/**
 * The event of an API call; failed and dry-run calls are recorded too, with an `errorCode`
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html).
 */
export function toTrailEvent(called: Called, random: Random): CloudEvent {
  const { action, outcome, region, account, requestId } = called;
  const time = new Date(called.nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    source: 'aws.ec2',
    detailType: 'AWS API Call via CloudTrail',
    resources: [],
    detail: {
      eventVersion: '1.11',
      userIdentity: toUserIdentity(called),
      eventTime: time,
      eventSource: 'ec2.amazonaws.com',
      eventName: action,
      awsRegion: region,
      sourceIPAddress: '127.0.0.1',
      userAgent: called.userAgent,
      requestParameters: withinLimit(toRequestParameters(called)),
      responseElements: withinLimit(toResponseElements(called)),
      requestID: requestId,
      eventID: newUuid(random),
      readOnly: false,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account,
      eventCategory: 'Management',
      ...(outcome.kind === 'refused' ? { errorCode: toErrorCode(outcome.why), errorMessage: outcome.why.message } : {}),
    },
  };
}

/** Whose fault it was is written before the code; that there were too many calls is the client's, though its status is 503. */
const toErrorCode = ({ code, status }: Refusal): string =>
  `${status >= 500 && code !== 'RequestLimitExceeded' ? 'Server' : 'Client'}.${code}`;

/**
 * CloudTrail leaves out what is larger than 100 KB
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html).
 */
const withinLimit = (field: object | null): object | null =>
  field !== null && JSON.stringify(field).length > MOST_FIELD_BYTES ? null : field;

const MOST_FIELD_BYTES = 102_400;

function toRequestParameters({ action, operation, request }: Called): object | null {
  if (request === null) return null;
  return CLASSIC[action]?.request(request as never) ?? toWrappedRequest(action, operation.request, { ...request });
}

function toResponseElements({ action, operation, outcome, requestId }: Called): object | null {
  if (outcome.kind === 'refused') return null;
  const classic = CLASSIC[action];
  if (classic !== undefined) return { requestId, ...classic.response(outcome.response as never) };
  return toWrappedResponse(action, operation.response, { ...outcome.response }, requestId);
}

function toUserIdentity({ identity, account, accessKeyId, nowMs }: Called): object {
  const common = { arn: toArn(identity, account), accountId: account, accessKeyId };
  if (identity.kind === 'user') {
    return { type: 'IAMUser', principalId: 'AIDALOCAL0000000000', ...common, userName: identity.name };
  }
  const { roleName, sessionName } = identity;
  return {
    type: 'AssumedRole',
    principalId: `AROALOCAL0000000000:${sessionName}`,
    ...common,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROALOCAL0000000000',
        arn: `arn:aws:iam::${account}:role/${roleName}`,
        accountId: account,
        userName: roleName,
      },
      webIdFederationData: {},
      attributes: { creationDate: new Date(nowMs).toISOString(), mfaAuthenticated: 'false' },
    },
  };
}
