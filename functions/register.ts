import { app } from '@azure/functions';
import type { AzureDeps } from './compose.ts';
import { onChange, onEvent } from './on-change.ts';
import { QUEUE_NAMES } from './queues.ts';
import { onResync } from './resync.ts';
import type { Env } from './settings.ts';
import { STORAGE_SETTING } from './storage.ts';
import { onSweep } from './sweep.ts';

/** Every quarter of an hour; six fields, seconds first. */
const SWEEP_SCHEDULE = '0 */15 * * * *';

/** Tells the Functions host of every trigger. The dependencies are composed when one first fires. */
export function register(deps: () => AzureDeps, env: Env = process.env): void {
  app.storageQueue('on-change', {
    queueName: QUEUE_NAMES.event,
    connection: STORAGE_SETTING,
    handler: onChange(deps, env),
  });
  app.storageQueue('on-bulk', {
    queueName: QUEUE_NAMES.bulk,
    connection: STORAGE_SETTING,
    handler: onChange(deps, env),
  });
  app.eventGrid('on-event', { handler: onEvent(deps, env) });
  app.timer('sweep', { schedule: env['TAPKEEPER_SWEEP_SCHEDULE'] ?? SWEEP_SCHEDULE, handler: onSweep(deps) });
  // Anonymous is the library's default.
  app.http('resync', { methods: ['POST'], authLevel: 'function', route: 'resync', handler: onResync(deps, env) });
}
