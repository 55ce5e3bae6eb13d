import * as v from 'valibot';
import { Fault } from '../../../shared/fault.ts';
import type { Az } from './checks/az.ts';
import { nameOf } from './parameters.ts';

const Role = v.object({ scope: v.string(), role: v.string(), assignmentId: v.string() });
const Group = v.object({ subscription: v.string(), resourceGroup: v.string() });

/** The outputs of main.bicep that the commands go by. */
const Outputs = v.object({
  appName: v.object({ value: v.string() }),
  resourceGroup: v.object({ value: v.string() }),
  resyncUrl: v.object({ value: v.string() }),
  eventSubscriptionIds: v.object({ value: v.array(v.string()) }),
  sourceRoles: v.object({ value: v.array(Role) }),
  tapRoles: v.object({ value: v.array(Role) }),
  tapAssignmentIds: v.object({ value: v.array(v.string()) }),
  eventsGroups: v.object({ value: v.array(Group) }),
});

/** What was deployed, as the deployment tells. */
export interface Deployment {
  readonly appName: string;
  readonly resourceGroup: string;
  readonly resyncUrl: string;
  readonly eventSubscriptionIds: readonly string[];
  readonly sourceRoles: readonly v.InferOutput<typeof Role>[];
  readonly tapRoles: readonly v.InferOutput<typeof Role>[];
  readonly tapAssignmentIds: readonly string[];
  readonly eventsGroups: readonly v.InferOutput<typeof Group>[];
}

/**
 * What the latest deployment of an owner left; `null`: there is none, or none that came to its end.
 * @throws Fault `denied` when it cannot be told.
 */
export async function findDeployment(az: Az, home: string, owner: string): Promise<Deployment | null> {
  const name = nameOf(owner);
  const args = ['deployment', 'sub', 'show', '--subscription', home, '--name', name, '--query', 'properties.outputs'];
  const asked = await az(v.nullable(Outputs), ...args);
  if (asked.kind === 'refused') {
    if (asked.code === 'DeploymentNotFound') return null;
    throw new Fault('denied', `looking for the deployment ${name} in ${home}: ${asked.said}`);
  }
  const outputs = asked.value;
  return outputs === null
    ? null
    : {
        appName: outputs.appName.value,
        resourceGroup: outputs.resourceGroup.value,
        resyncUrl: outputs.resyncUrl.value,
        eventSubscriptionIds: outputs.eventSubscriptionIds.value,
        sourceRoles: outputs.sourceRoles.value,
        tapRoles: outputs.tapRoles.value,
        tapAssignmentIds: outputs.tapAssignmentIds.value,
        eventsGroups: outputs.eventsGroups.value,
      };
}
