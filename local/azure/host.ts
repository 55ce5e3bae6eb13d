import { type AzureDeps, compose, type Env, type Overrides } from '../../functions/compose.ts';
import { register } from '../../functions/register.ts';
import type { Mode } from '../../shared/ports.ts';
import { hostApp, type FunctionsHost } from './host/host-app.ts';
import { readQueueSettings, type QueueSettings } from './host/host-settings.ts';
import type { Log } from './host/invoke.ts';
import { credentialOf, TENANT_ID, type Identity } from './identities.ts';
import type { AzureCloud } from './start.ts';

/** The managed identity of the function app. */
export const FUNCTION_APP: Identity = {
  appId: '77777777-7777-4777-8777-777777777771',
  objectId: '77777777-7777-4777-8777-777777777772',
  tenantId: TENANT_ID,
  name: 'tapkeeper',
};

export interface HostOptions {
  readonly rulesPath: string;
  readonly mode: Mode;
  /** How often the timer fires; `null`: only when `sweep` is called. */
  readonly sweepSeconds: number | null;
  /** What is used instead of what the function app composes. */
  readonly overrides?: Partial<Overrides>;
  /** Settings beside those that the host makes. */
  readonly settings?: Env;
  /** By default those of the repository's host.json. */
  readonly queueSettings?: QueueSettings;
  /** What functions log; by default nothing is kept. */
  readonly log?: Log;
  /** Which invocation failed and what it said; by default it is logged. */
  readonly onFailure?: Log;
}

/** The settings of the function app, as its infrastructure sets them. */
const toEnv = (cloud: AzureCloud, { rulesPath, mode, settings }: HostOptions): Env => ({
  TAPKEEPER_MODE: mode,
  TAPKEEPER_RULES: rulesPath,
  TAPKEEPER_SUBSCRIPTIONS: cloud.subscriptions.join(','),
  TAPKEEPER_PRINCIPAL_ID: FUNCTION_APP.objectId,
  AzureWebJobsStorage: cloud.storageConnectionString,
  ...settings,
});

/** Runs tapkeeper's function app against a local cloud: its own triggers, as they are deployed. */
export function hostFunctions(cloud: AzureCloud, options: HostOptions): FunctionsHost {
  const env = toEnv(cloud, options);
  const overrides = { credential: credentialOf(FUNCTION_APP), httpClient: cloud.httpClient, ...options.overrides };
  let composed: AzureDeps | null = null;
  const log = options.log ?? (() => undefined);
  return hostApp(cloud, {
    register: () => register(() => (composed ??= compose(env, overrides)), env),
    queueSettings: options.queueSettings ?? readQueueSettings(),
    sweepSeconds: options.sweepSeconds,
    log,
    onFailure: options.onFailure ?? log,
  });
}
