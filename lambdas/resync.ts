import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { resync } from '../shared/reconcile/resync.ts';
import { composeOnce, type AwsDeps } from './compose.ts';
import { endOf, type Remaining } from './deadline.ts';
import { findAt, findTextAt } from './fields.ts';

/**
 * Who asks. A function URL and an HTTP API name the identity that signed the request under `authorizer.iam`
 * (https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html), a REST API under `identity`, where it is empty for a
 * request that was not signed.
 */
function callerOf(event: unknown): 'iam' | 'other' | 'nobody' {
  const signed = findTextAt(event, 'requestContext', 'authorizer', 'iam', 'userArn');
  if (signed !== null || findTextAt(event, 'requestContext', 'identity', 'userArn') !== null) return 'iam';
  return findAt(event, 'requestContext', 'authorizer') === null ? 'nobody' : 'other';
}

function bodyOf(event: unknown): string {
  const body = findAt(event, 'body');
  if (typeof body !== 'string') return '';
  return findAt(event, 'isBase64Encoded') === true ? Buffer.from(body, 'base64').toString('utf8') : body;
}

const problem = (status: number, detail: string): APIGatewayProxyStructuredResultV2 => ({
  statusCode: status,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify({ type: 'about:blank', status, detail }),
});

/** Evaluates again what a person asks for, as a dry run or for real. */
export const onResync =
  (deps: () => AwsDeps) =>
  async (event: unknown, context?: Remaining): Promise<APIGatewayProxyStructuredResultV2> => {
    const method = findTextAt(event, 'requestContext', 'http', 'method') ?? findTextAt(event, 'httpMethod');
    if (method !== 'POST') return problem(405, 'send a POST request');
    const caller = callerOf(event);
    if (caller === 'nobody') return problem(401, 'sign the request with credentials of IAM (AWS Signature Version 4)');
    const ports = deps();
    const answer = await resync(ports, {
      body: bodyOf(event),
      mayLift: caller === 'iam' ? 'yes' : 'no',
      correlation: findTextAt(event, 'requestContext', 'requestId') ?? ports.newId(),
      endsAtMs: endOf(ports.clock, context),
    });
    return { statusCode: answer.status, headers: { 'content-type': answer.contentType }, body: answer.body };
  };

/** What Lambda calls. */
export const handler = onResync(composeOnce());
