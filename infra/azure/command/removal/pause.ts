import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { Fault } from '../../../../shared/fault.ts';
import { saidIn } from '../../../command/ask.ts';
import { reading, ROOT } from '../../../command/process.ts';
import type { Means } from '../../../command/script.ts';
import type { Sight } from '../checks/az.ts';
import type { Deployment } from '../outputs.ts';
import { nameOf } from '../parameters.ts';
import { isGone } from './gone.ts';

const Host = v.object({ functionTimeout: v.pipe(v.string(), v.regex(/^\d\d:\d\d:\d\d$/)) });
const STEP_SECONDS = 30;
/** For so long an instance may still begin something by the settings that were before. */
const SETTLE_SECONDS = 60;

/** How long what was begun before a pause may go on: as long as an invocation may take, as host.json says, and a moment. */
export function lastingSeconds(): number {
  const { functionTimeout } = v.parse(Host, JSON.parse(readFileSync(join(ROOT, 'host.json'), 'utf8')));
  const [hours = 0, minutes = 0, seconds = 0] = functionTimeout.split(':').map(Number);
  return (hours * 60 + minutes) * 60 + seconds + SETTLE_SECONDS;
}

/** The function app of a deployment. */
export type App = Pick<Deployment, 'appName' | 'resourceGroup'>;

const Names = v.nullable(v.array(v.string()));

/**
 * The app where the deployment does not tell it, because the last one failed or was forgotten: what it made before still runs.
 * `null`: there is none.
 * @throws Fault `denied` when it cannot be told.
 */
export async function findApp({ az, home, parameters }: Sight): Promise<App | null> {
  const resourceGroup = nameOf(parameters.owner);
  const list = ['functionapp', 'list', '--subscription', home, '--resource-group', resourceGroup, '--query', '[].name'];
  const asked = await az(Names, ...list);
  if (asked.kind === 'refused') {
    if (asked.code === 'ResourceGroupNotFound') return null;
    throw new Fault('denied', `looking for the app in ${resourceGroup} of ${home}: ${asked.said}`);
  }
  const appName = asked.value?.find((name) => name.startsWith(`${resourceGroup}-`)) ?? null;
  return appName === null ? null : { appName, resourceGroup };
}

/**
 * Pauses the app and waits for as long as an invocation may take: when it was paused before is not told by anything, so the time is
 * counted from here. One that is gone already needs neither.
 * @throws Fault when it cannot be paused.
 */
export async function pauseApp(
  { home }: Sight,
  { appName, resourceGroup }: App,
  means: Means,
): Promise<'paused' | 'gone'> {
  const { run, say, pause } = means;
  const app = ['--subscription', home, '--resource-group', resourceGroup, '--name', appName];
  const settings = ['--settings', 'TAPKEEPER_MODE=paused', '--output', 'none'];
  say(`\nPausing ${appName}: what enforces would attach again what is detached`);
  const { code, stderr } = await run(reading('az', 'functionapp', 'config', 'appsettings', 'set', ...app, ...settings));
  if (code !== 0 && isGone(stderr)) {
    say(`${appName} is gone already`);
    return 'gone';
  }
  if (code !== 0) throw new Fault('unexpected', `pausing ${appName}: ${saidIn(stderr)}; nothing was drained`);
  const seconds = lastingSeconds();
  say(`Waiting until what it had begun is over: ${seconds} s`);
  for (let left = seconds; left > 0; left -= STEP_SECONDS) await pause(Math.min(left, STEP_SECONDS));
  return 'paused';
}
