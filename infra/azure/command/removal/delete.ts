import { Fault } from '../../../../shared/fault.ts';
import { saidIn } from '../../../command/ask.ts';
import { reading } from '../../../command/process.ts';
import type { Means } from '../../../command/script.ts';
import type { Sight } from '../checks/az.ts';
import type { Deployment } from '../outputs.ts';
import { nameOf } from '../parameters.ts';
import { isGone } from './gone.ts';

/** One thing that goes, as it is said, and how. */
interface Step {
  readonly what: string;
  readonly args: readonly string[];
}

/**
 * Deletes what a deployment made, in the order of infra/azure/README.md: events end first, a role goes after its assignments, the
 * home last but for the deployment itself, which says what there is to delete.
 * @throws Fault at the first thing that does not go; what is gone already is passed over.
 */
export async function deleteAll(sight: Sight, deployment: Deployment, { run, say }: Means): Promise<void> {
  for (const { what, args } of stepsOf(sight, deployment)) {
    say(`Deleting ${what}`);
    const { code, stderr } = await run(reading('az', ...args));
    if (code === 0) continue;
    if (isGone(stderr)) {
      say('  it is gone already');
      continue;
    }
    throw new Fault(
      'unexpected',
      `deleting ${what}: ${saidIn(stderr)}. Nothing is attached any more and the app is paused; put this right and run this again`,
    );
  }
}

function stepsOf({ home, parameters }: Sight, deployment: Deployment): readonly Step[] {
  const { eventSubscriptionIds, tapAssignmentIds, sourceRoles, tapRoles, eventsGroups, resourceGroup } = deployment;
  const roles = [...sourceRoles, ...tapRoles];
  const assignments = [...tapAssignmentIds, ...roles.map(({ assignmentId }) => assignmentId)].filter((id) => id !== '');
  const name = nameOf(parameters.owner);
  return [
    ...eventSubscriptionIds.map((id) => ({
      what: `the event subscription ${id}`,
      args: ['resource', 'delete', '--ids', id],
    })),
    ...assignments.map((id) => ({
      what: `the role assignment ${id}`,
      args: ['role', 'assignment', 'delete', '--ids', id],
    })),
    ...roles.map(({ role, scope }) => ({
      what: `the role ${role} of ${scope}`,
      args: ['role', 'definition', 'delete', '--name', role, '--scope', scope],
    })),
    ...eventsGroups.map((group) => deletingGroup(group.subscription, group.resourceGroup)),
    deletingGroup(home, resourceGroup),
    { what: `the deployment ${name}`, args: ['deployment', 'sub', 'delete', '--subscription', home, '--name', name] },
  ];
}

const deletingGroup = (subscription: string, group: string): Step => ({
  what: `the resource group ${group} of ${subscription}`,
  args: ['group', 'delete', '--yes', '--subscription', subscription, '--name', group],
});
