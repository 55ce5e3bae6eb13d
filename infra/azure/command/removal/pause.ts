import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { Fault } from '../../../../shared/fault.ts';
import { saidIn } from '../../../command/ask.ts';
import { reading, ROOT } from '../../../command/process.ts';
import type { Means } from '../../../command/script.ts';
import type { Sight } from '../checks/az.ts';
import type { Deployment } from '../outputs.ts';
import { isGone } from './gone.ts';

const Host = v.object({ functionTimeout: v.pipe(v.string(), v.regex(/^\d\d:\d\d:\d\d$/)) });
const STEP_SECONDS = 30;

/** How long an invocation may take, as host.json says. */
export function functionSeconds(): number {
  const { functionTimeout } = v.parse(Host, JSON.parse(readFileSync(join(ROOT, 'host.json'), 'utf8')));
  const [hours = 0, minutes = 0, seconds = 0] = functionTimeout.split(':').map(Number);
  return (hours * 60 + minutes) * 60 + seconds;
}

/**
 * Pauses the app and waits for as long as an invocation may take: when it was paused before is not told by anything, so the time is
 * counted from here. One that is gone already needs neither.
 * @throws Fault when it cannot be paused.
 */
export async function pauseApp({ home }: Sight, { appName, resourceGroup }: Deployment, means: Means): Promise<void> {
  const { run, say, pause } = means;
  const app = ['--subscription', home, '--resource-group', resourceGroup, '--name', appName];
  const settings = ['--settings', 'TAPKEEPER_MODE=paused', '--output', 'none'];
  say(`\nPausing ${appName}: what enforces would attach again what is detached`);
  const { code, stderr } = await run(reading('az', 'functionapp', 'config', 'appsettings', 'set', ...app, ...settings));
  if (code !== 0 && isGone(stderr)) {
    say(`${appName} is gone already`);
    return;
  }
  if (code !== 0) throw new Fault('unexpected', `pausing ${appName}: ${saidIn(stderr)}; nothing was drained`);
  const seconds = functionSeconds();
  say(`Waiting until what it had begun is over: ${seconds} s`);
  for (let left = seconds; left > 0; left -= STEP_SECONDS) await pause(Math.min(left, STEP_SECONDS));
}
