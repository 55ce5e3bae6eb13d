import { Fault } from '../../../../shared/fault.ts';
import type { Means } from '../../../command/script.ts';
import type { Sight } from '../checks/aws-cli.ts';
import { findFunction } from '../deployed.ts';

const STEP_SECONDS = 15;

/**
 * How long Lambda may take to change a function: until then invocations begin in the mode that was before
 * (https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html), and when it was done is not told, only when it began.
 */
const CHANGE_SECONDS = 60;

/** No invocation takes longer: https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html. */
const MOST_STEPS = (15 * 60 + 2 * CHANGE_SECONDS) / STEP_SECONDS;

/**
 * Waits until no invocation can still be running that began before the pause. Such a one ends at the latest when its time is up,
 * counted from the change that paused the function; when that was long ago nothing is waited for. A sweep writes no session:
 * what it queued is acknowledged, and nothing done.
 * @throws Fault when a function is not paused.
 */
export async function waitUntilOver(sight: Sight, { say, pause, now }: Means): Promise<void> {
  for (const name of [sight.names.functions.onChange, sight.names.functions.resync]) {
    for (let step = 0; ; step++) {
      const leftMs = (await endOf(sight, name)) - now();
      if (leftMs <= 0) break;
      if (step > MOST_STEPS)
        throw new Fault('unexpected', `${name} is still being changed; see it in Lambda, and run this again`);
      const seconds = Math.ceil(Math.min(leftMs, STEP_SECONDS * 1000) / 1000);
      if (step === 0) say(`Waiting until what ${name} had begun is over: ${sayLeft(leftMs)}`);
      await pause(seconds);
    }
    say(`${name} is paused, and nothing that began before is running`);
  }
}

const sayLeft = (leftMs: number): string =>
  Number.isFinite(leftMs) ? `${Math.ceil(leftMs / 1000)} s at most` : 'it is being changed';

/** When the last invocation that began before the pause is over, in milliseconds since the epoch; while Lambda is at it: not yet. */
async function endOf(sight: Sight, name: string): Promise<number> {
  const deployed = await findFunction(sight, name);
  if (deployed === null) return -Infinity;
  const { mode, isChanging, changedMs, timeoutSeconds } = deployed;
  if (isChanging) return Infinity;
  if (mode === 'paused') return changedMs + (CHANGE_SECONDS + timeoutSeconds) * 1000;
  throw new Fault(
    'unexpected',
    `${name} is in mode ${mode || 'none'} and not paused, so nothing is drained; set TAPKEEPER_MODE to paused in its configuration, and run this again`,
  );
}
