import { findSigner, toArn, type Caller } from './identity.ts';
import type { Check } from './policy/decide.ts';
import type { Refused } from './policy/policies.ts';

/** The check that the holder of an access key does not pass, or `null`. */
export type FindRefused = (accessKeyId: string, check: Check) => (Refused & { readonly caller: Caller }) | null;

/** A request to the library that is SQS and S3, which asks nobody for permission itself. */
export interface GatedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: unknown;
}

/** An answer instead of the library's. */
export interface Denial {
  readonly contentType: string;
  readonly body: string;
}

/** What a request has to be allowed, and how its service says that it is not. */
interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly toDenial: (why: string) => Denial;
}

const asJson = (message: string): Denial => ({
  contentType: 'application/x-amz-json-1.0',
  body: JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', message }),
});

const asXml = (message: string): Denial => ({
  contentType: 'application/xml',
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`,
});

/** The address of a queue ends in its account and its name. */
function toQueueArn(body: unknown, region: string): string {
  const url = typeof body === 'object' && body !== null && 'QueueUrl' in body ? String(body.QueueUrl) : '';
  const [, account, name] = /\/(\d+)\/([\w.-]+)$/.exec(url) ?? [];
  return name === undefined ? '*' : `arn:aws:sqs:${region}:${account}:${name}`;
}

/**
 * A call of SQS; a batch needs the permission of its single call
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html).
 */
function findQueueCall({ headers, body }: GatedRequest, region: string): Asked | null {
  const [, call] = /^AmazonSQS\.(\w+?)(?:Batch)?$/.exec(String(headers['x-amz-target'])) ?? [];
  return call === undefined ? null : { action: `sqs:${call}`, resource: toQueueArn(body, region), toDenial: asJson };
}

/** An object that is read; that is all that roles here do with S3. */
function findObjectRead({ method, url, headers }: GatedRequest): Asked | null {
  const isS3 = /\/s3\/aws4_request/.test(String(headers['authorization']));
  const [, object] = /^\/([^/?]+\/[^?]+)/.exec(url) ?? [];
  if (!isS3 || method !== 'GET' || object === undefined) return null;
  return { action: 's3:GetObject', resource: `arn:aws:s3:::${decodeURIComponent(object)}`, toDenial: asXml };
}

/** What a request is denied with, or `null`: let it through. */
export function findDenial(findRefused: FindRefused, defaultRegion: string, request: GatedRequest): Denial | null {
  const signer = findSigner(request.headers['authorization']?.toString(), null);
  const asked = findQueueCall(request, signer?.region ?? defaultRegion) ?? findObjectRead(request);
  if (asked === null) return null;
  const { action, resource, toDenial } = asked;
  const refused = findRefused(signer?.accessKeyId ?? 'anonymous', { action, resource, context: new Map() });
  if (refused === null) return null;
  const who = `User: ${toArn(refused.caller.identity, refused.caller.account)} is not authorized to perform: ${action}`;
  return toDenial(`${who} on resource: ${resource} because no identity-based policy allows the ${action} action`);
}
