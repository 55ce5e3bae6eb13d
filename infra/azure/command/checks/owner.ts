import * as v from 'valibot';
import { Fault, toFault } from '../../../../shared/fault.ts';
import type { Asked } from '../../../command/ask.ts';
import { fail, type Finding, ok } from '../../../command/finding.ts';
import { nameOf } from '../parameters.ts';
import { findDeployment } from '../outputs.ts';
import { type Sight, unknown } from './az.ts';

const Definitions = v.array(v.object({ name: v.string() }));

/**
 * Whether the owner is free in every subscription that is kept. Two deployments of one owner would take each other's TAP configurations
 * for their own; the role of each subscription is of one deployment, and its name has the owner in it.
 */
export async function checkOwner(sight: Sight): Promise<readonly Finding[]> {
  const known = await findKnown(sight);
  if (known instanceof Fault) return [unknown(`the owner ${sight.parameters.owner}`, known.message)];
  return Promise.all(sight.parameters.subscriptions.map((id) => checkOne(sight, id, known)));
}

/** The roles of our own deployment; `null`: there is none that came to its end. */
async function findKnown({ az, home, parameters }: Sight): Promise<ReadonlySet<string> | null | Fault> {
  try {
    const deployment = await findDeployment(az, home, parameters.owner);
    return deployment === null ? null : new Set(deployment.sourceRoles.map(({ role }) => role));
  } catch (thrown) {
    return toFault(thrown, 'looking for the deployment');
  }
}

/** The role by which a subscription is kept, by its id; `null`: there is none. */
export async function findSourceRole({ az, parameters }: Sight, id: string): Promise<Asked<string | null>> {
  const name = sourceRoleOf(parameters.owner, id);
  const list = ['role', 'definition', 'list', '--subscription', id, '--custom-role-only', 'true', '--name', name];
  const asked = await az(Definitions, ...list);
  return asked.kind === 'refused' ? asked : { kind: 'answered', value: asked.value[0]?.name ?? null };
}

const sourceRoleOf = (owner: string, id: string): string => `${nameOf(owner)} source ${id.toLowerCase()}`;

async function checkOne(sight: Sight, id: string, known: ReadonlySet<string> | null): Promise<Finding> {
  const { home, parameters } = sight;
  const { owner } = parameters;
  const roleName = sourceRoleOf(owner, id);
  const asked = await findSourceRole(sight, id);
  if (asked.kind === 'refused') return unknown(`the role ${roleName}`, asked.said);
  const role = asked.value;
  if (role === null) return ok(`no other deployment of the owner ${owner} in ${id}`);
  // A deployment that failed half-way has no outputs yet; its group tells that it was one of here.
  const isOurs = known === null ? await hasGroup(sight) : known.has(role);
  if (isOurs) return ok(`the owner ${owner} is this deployment's in ${id}`);
  return fail(
    `the role '${roleName}' exists and is not of the deployment ${nameOf(owner)} in ${home}: another deployment has the owner ${owner}`,
    'give this one another `owner` in the rules and the parameters; or, if the other one is gone, delete the role with its assignments',
  );
}

async function hasGroup({ az, home, parameters }: Sight): Promise<boolean> {
  const asked = await az(v.boolean(), 'group', 'exists', '--subscription', home, '--name', nameOf(parameters.owner));
  return asked.kind === 'answered' && asked.value;
}
