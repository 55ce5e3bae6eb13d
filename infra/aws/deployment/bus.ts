import { CfnEventBusPolicy, EventBus } from 'aws-cdk-lib/aws-events';
import { AccountPrincipal, AnyPrincipal, PolicyStatement, type PolicyStatementProps } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { MOST_ACCOUNTS_NAMED, othersIn } from '../accounts.ts';
import type { namesOf } from '../names.ts';
import type { Settings } from '../settings.ts';

/** Whether events have to be forwarded to here: an account's default bus has those of its own region only. */
export const isForwardedTo = ({ account, region, scopes }: Settings): boolean =>
  scopes.some((scope) => scope.account !== account || scope.region !== region);

/**
 * The bus to which other accounts and regions forward. A forwarded event is a hint as any other: what it says is read again, and
 * of scopes that are not kept it is turned away. Nobody can make up one of AWS's own sources; it can only be forwarded
 * (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html).
 */
export function addBus(scope: Construct, names: ReturnType<typeof namesOf>, settings: Settings): EventBus {
  const bus = new EventBus(scope, 'Bus', {
    eventBusName: names.bus,
    description: 'tapkeeper: events forwarded from other accounts and regions',
  });
  const others = othersIn(settings);
  // More would not fit into the policy of a bus, and are of the organization
  // (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html: 10,240 characters).
  if (others.length > 0 && others.length <= MOST_ACCOUNTS_NAMED) {
    admit(bus, 'Accounts', { principals: others.map((other) => new AccountPrincipal(other)) });
  }
  const organization = settings.members?.organization ?? null;
  if (organization !== null) {
    admit(bus, 'Organization', {
      principals: [new AnyPrincipal()],
      conditions: { StringEquals: { 'aws:PrincipalOrgID': organization } },
    });
  }
  return bus;
}

/** Lets somebody put events on the bus. The deployment's own account needs none of it: its roles have their policies. */
function admit(bus: EventBus, sid: string, who: PolicyStatementProps): CfnEventBusPolicy {
  const { eventBusName, eventBusArn } = bus;
  const statement = new PolicyStatement({ ...who, sid, actions: ['events:PutEvents'], resources: [eventBusArn] });
  const json: unknown = statement.toStatementJson();
  return new CfnEventBusPolicy(bus, sid, { eventBusName, statementId: sid, statement: json });
}
