import * as v from 'valibot';
import { Fault } from '../../../../shared/fault.ts';
import type { Means } from '../../../command/script.ts';
import type { Sight } from '../checks/aws-cli.ts';

const Configuration = v.object({
  LastModified: v.string(),
  Timeout: v.number(),
  LastUpdateStatus: v.optional(v.string(), 'Successful'),
  Environment: v.optional(v.object({ Variables: v.object({ TAPKEEPER_MODE: v.optional(v.string(), '') }) })),
});

const STEP_SECONDS = 15;
/** No invocation takes longer (https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html), and Lambda takes a moment to change one. */
const MOST_STEPS = (15 * 60 + 120) / STEP_SECONDS;

/**
 * Waits until no invocation can still be running that began before the pause. Such a one ends at the latest when its time is up,
 * counted from the change that paused the function; when that was long ago nothing is waited for. A sweep writes no session:
 * what it queued is acknowledged, and nothing done.
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
async function endOf({ aws }: Sight, name: string): Promise<number> {
  const asked = await aws(Configuration, ['lambda', 'get-function-configuration', '--function-name', name]);
  if (asked.kind === 'refused') {
    if (asked.code === 'ResourceNotFoundException') return -Infinity;
    throw new Fault(
      'denied',
      `looking whether ${name} is paused: ${asked.said}; allow lambda:GetFunctionConfiguration`,
    );
  }
  const { LastModified, Timeout, LastUpdateStatus, Environment } = asked.value;
  if (LastUpdateStatus === 'InProgress') return Infinity;
  const mode = Environment?.Variables.TAPKEEPER_MODE ?? '';
  if (mode !== 'paused') {
    throw new Fault(
      'unexpected',
      `${name} is in mode ${mode || 'none'} and not paused, so nothing is drained; run this again`,
    );
  }
  return Date.parse(LastModified) + Timeout * 1000;
}
