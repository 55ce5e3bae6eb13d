import type { Happening } from './arm/arm.ts';
import { newGuid, type Random } from './random.ts';

/** The two schemas in which Event Grid delivers. */
export type EventSchema = 'EventGridSchema' | 'CloudEventSchemaV1_0';

/** An event of the topic `Microsoft.Resources.Subscriptions`, before it is put in an envelope. */
export interface SubscriptionEvent {
  readonly id: string;
  readonly topic: string;
  readonly subject: string;
  readonly type: string;
  readonly at: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

const OBJECT_ID = 'http://schemas.microsoft.com/identity/claims/objectidentifier';

/** Only updates and deletions carry the request (https://learn.microsoft.com/azure/event-grid/event-schema-subscriptions). */
const toHttpRequest = ({ call, existed }: Happening) =>
  existed === 'new'
    ? {}
    : {
        clientRequestId: call.headers['x-ms-client-request-id'] ?? '',
        clientIpAddress: '203.0.113.7',
        method: call.method,
        url: `${call.origin}${call.path}`,
      };

const subscriptionOf = (subject: string): string => subject.split('/')[2] ?? '';

/** What the subscription's topic says of something that happened. It carries no body and no tags of the resource. */
export function toSubscriptionEvent(happening: Happening, random: Random, nowMs: number): SubscriptionEvent {
  const { call, operationName, subject, verb, outcome } = happening;
  const subscription = subscriptionOf(subject);
  const { caller } = call;
  return {
    id: newGuid(random),
    topic: `/subscriptions/${subscription}`,
    subject,
    type: `Microsoft.Resources.Resource${verb}${outcome}`,
    at: new Date(nowMs),
    data: {
      authorization: {
        scope: subject,
        action: operationName,
        evidence: {
          role: 'Contributor',
          roleAssignmentScope: `/subscriptions/${subscription}`,
          principalId: caller.objectId.replaceAll('-', ''),
          principalType: 'ServicePrincipal',
        },
      },
      claims: {
        aud: 'https://management.azure.com/',
        appid: caller.appId,
        [OBJECT_ID]: caller.objectId,
        ipaddr: '203.0.113.7',
        name: caller.name,
      },
      correlationId: call.correlationId,
      resourceProvider: operationName.split('/')[0] ?? '',
      resourceUri: subject,
      operationName,
      status: outcome === 'Success' ? 'Succeeded' : 'Failed',
      subscriptionId: subscription,
      tenantId: caller.tenantId,
      httpRequest: toHttpRequest(happening),
    },
  };
}
