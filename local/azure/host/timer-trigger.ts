import type { LocalClock } from '../clock.ts';
import type { Firing } from './invoke.ts';

/** A timer's payload as the host writes it; the library turns its names to camel case. */
export function toTimerFiring(nowMs: number, everyMs: number): Firing {
  const at = (ms: number): string => new Date(ms).toISOString();
  const payload = {
    Schedule: { AdjustForDST: true },
    ScheduleStatus: { Last: at(nowMs - everyMs), LastUpdated: at(nowMs), Next: at(nowMs + everyMs) },
    IsPastDue: false,
  };
  return { data: { json: JSON.stringify(payload) }, metadata: {} };
}

/** Fires again and again, never twice at the same time: the host holds a lock for a timer. The result ends it. */
export function repeat(clock: LocalClock, everyMs: number, fire: () => Promise<void>): () => Promise<void> {
  let isStopped = false;
  let running: Promise<void> = Promise.resolve();
  let cancel = (): void => undefined;
  const schedule = (): void => {
    cancel = clock.after(everyMs, () => {
      running = fire().finally(() => {
        if (!isStopped) schedule();
      });
    });
  };
  schedule();
  return async () => {
    isStopped = true;
    cancel();
    await running;
  };
}
