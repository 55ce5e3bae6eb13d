import { Fault } from '../../../shared/fault.ts';
import { sayFinding } from '../../command/finding.ts';
import type { Typed } from '../../command/options.ts';
import { type Means, pathFrom } from '../../command/script.ts';
import { readSight } from './checks.ts';
import type { Sight } from './checks/az.ts';
import { type Deployment, findDeployment } from './outputs.ts';
import { nameOf } from './parameters.ts';
import { type App, findApp, pauseApp } from './removal/pause.ts';

/** What is deployed, and the parameters by which it was. */
export interface Begun {
  readonly sight: Sight;
  readonly parametersPath: string;
  readonly app: App;
  /** `null`: the last deployment did not come to its end, or was forgotten. */
  readonly deployment: Deployment | null;
}

/** Has the app write nothing any more, and is done when what it had begun is over. Returns the exit code. */
export async function pauseAzure(typed: Typed, means: Means): Promise<number> {
  const begun = await begin(typed, means);
  if (begun === null) return 1;
  if ((await pauseApp(begun.sight, begun.app, means)) === 'gone') return 0;
  means.say('\nPaused until the next deployment, which sets what `param mode` says.');
  return 0;
}

/**
 * Looks for what is deployed before anything is changed; `null`: it cannot be looked for, which is said.
 * @throws Fault `gone` when there is none.
 */
export async function begin(typed: Typed, { run, say }: Means): Promise<Begun | null> {
  const parametersPath = pathFrom(typed.file ?? 'tapkeeper.bicepparam');
  const sight = await readSight(run, { parametersPath, subscription: typed.subscription }, (finding) => {
    sayFinding(finding, say);
    return finding;
  });
  if (sight === null) return null;
  const { home, parameters } = sight;
  const deployment = await findDeployment(sight.az, home, parameters.owner);
  const app = deployment ?? (await findApp(sight));
  if (app !== null) return { sight, parametersPath, deployment, app };
  throw new Fault(
    'gone',
    `there is no deployment ${nameOf(parameters.owner)} in ${home}; name its home with --subscription. Where it is gone, and TAP configurations ` +
      `are left: TAPKEEPER_MODE=paused npm run -s tapkeeper -- drain --scope ${parameters.subscriptions[0]}`,
  );
}
