import type { ArmSettings, Happening } from './arm/arm.ts';
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

const STATUSES: Readonly<Record<Happening['outcome'], string>> = {
  Success: 'Succeeded',
  Failure: 'Failed',
  Cancel: 'Canceled',
};

function toAuthorization({ call, operationName, subject }: Happening, casing: ArmSettings['eventAuthorization']) {
  const role = 'Contributor';
  const roleAssignmentScope = `/subscriptions/${subscriptionOf(subject)}`;
  const principalId = call.caller.objectId.replaceAll('-', '');
  return casing === 'camel'
    ? {
        scope: subject,
        action: operationName,
        evidence: { role, roleAssignmentScope, principalId, principalType: 'ServicePrincipal' },
      }
    : {
        Scope: subject,
        Action: operationName,
        Evidence: {
          Role: role,
          RoleAssignmentScope: roleAssignmentScope,
          PrincipalId: principalId,
          PrincipalType: 'ServicePrincipal',
        },
      };
}

/** What the subscription's topic says of something that happened. It carries no body and no tags of the resource. */
function toEvent(happening: Happening, settings: EventSettings, random: Random, nowMs: number): SubscriptionEvent {
  const { call, operationName, verb, outcome } = happening;
  const subscription = subscriptionOf(happening.subject);
  const subject = toSubject(happening, settings);
  const { caller } = call;
  return {
    id: newGuid(random),
    topic: `/subscriptions/${subscription}`,
    subject,
    type: `Microsoft.Resources.Resource${verb}${outcome}`,
    at: new Date(nowMs),
    data: {
      authorization: toAuthorization(happening, settings.eventAuthorization),
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
      status: STATUSES[outcome],
      subscriptionId: subscription,
      tenantId: caller.tenantId,
      httpRequest: toHttpRequest(happening),
    },
  };
}

/** What of the endpoint's settings events depend on. */
type EventSettings = Pick<ArmSettings, 'actionSubject' | 'eventAuthorization' | 'deployments'>;

const toSubject = ({ verb, operationName, subject }: Happening, { actionSubject }: EventSettings): string =>
  verb === 'Action' && actionSubject === 'action' ? `${subject}/${operationName.split('/').at(-2) ?? ''}` : subject;

const GROUP = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i;

/** The write of the deployment that made a resource: another subject, the same correlation id (https://github.com/MicrosoftDocs/azure-docs/issues/12166). */
function findDeployment(happening: Happening, { deployments }: EventSettings): Happening | null {
  const { verb, existed, outcome, subject } = happening;
  const group = GROUP.exec(subject)?.[0] ?? subject;
  const isDeployed = verb === 'Write' && existed === 'new' && outcome === 'Success' && group !== subject;
  if (deployments === 'untold' || !isDeployed) return null;
  const name = `Create-${subject.split('/').at(-1) ?? ''}`;
  return {
    ...happening,
    operationName: 'Microsoft.Resources/deployments/write',
    subject: `${group}/providers/Microsoft.Resources/deployments/${name}`,
  };
}

/** The events of something that happened, in their order. */
export function toSubscriptionEvents(
  happening: Happening,
  settings: EventSettings,
  random: Random,
  nowMs: number,
): readonly SubscriptionEvent[] {
  const deployment = findDeployment(happening, settings);
  const told = deployment === null ? [happening] : [deployment, happening];
  return told.map((one) => toEvent(one, settings, random, nowMs));
}
