import { Fault } from '../../../shared/fault.ts';
import { type Drain, drainAll } from '../../command/drain.ts';
import { toLine, type Typed } from '../../command/options.ts';
import type { Means } from '../../command/script.ts';
import { begin, type Begun } from './pausing.ts';
import type { Sight } from './checks/az.ts';
import { rulesBeside } from './checks/rules.ts';
import type { Deployment } from './outputs.ts';
import { nameOf } from './parameters.ts';
import { deleteAll } from './removal/delete.ts';
import { pauseApp } from './removal/pause.ts';

/**
 * Removes what was deployed, and leaves no TAP configuration of ours behind: pauses the app, waits until what had begun is over,
 * drains, and only when a new read shows nothing of ours deletes what the deployment made. Each step can be done again. Returns
 * the exit code.
 */
export async function removeAzure(typed: Typed, means: Means): Promise<number> {
  const begun = await begin(typed, means);
  if (begun === null) return 1;
  const { sight, deployment, app } = begun;
  await pauseApp(sight, app, means);
  await drainAll(means, toDrain(begun, typed), typed);
  if (deployment === null) throw unknownFault(sight);
  await deleteAll(sight, deployment, means);
  means.say(
    '\nRemoved. No TAP configuration of ours is left. What stays: system topics that were there before, and the VTAPs.',
  );
  return 0;
}

function toDrain({ sight, parametersPath, deployment }: Begun, typed: Typed): Drain {
  const { owner, rules, subscriptions } = sight.parameters;
  return {
    owner,
    rules: rules === '' ? rulesBeside(parametersPath) : rules,
    scopes: subscriptionsOf(subscriptions, deployment?.sourceRoles ?? []),
    env: {},
    again: toLine('remove:azure', typed),
  };
}

/** Those that are kept, and those that were when it was deployed. */
function subscriptionsOf(kept: readonly string[], roles: Deployment['sourceRoles']): readonly string[] {
  const deployed = roles.map(({ scope }) => scope.replace(/^\/subscriptions\//i, ''));
  return [...new Set([...kept, ...deployed].map((id) => id.toLowerCase()))].sort();
}

/** The outputs are those of the last deployment, and one that failed has none. */
function unknownFault({ home, parameters: { owner } }: Sight): Fault {
  return new Fault(
    'unexpected',
    `nothing is attached any more and the app is paused, but the last deployment of ${nameOf(owner)} in ${home} did not come to its end, so it does not say ` +
      "what there is to delete: deploy once more (with `param mode = 'paused'`) and run this again, or delete it by infra/azure/README.md",
  );
}
