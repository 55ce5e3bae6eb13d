import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Fault } from '../shared/fault.ts';
import { parseAccountId } from '../shared/ids.ts';
import type { Clock, Deps, Journal, Mode, RulesSource, WorkQueues } from '../shared/ports.ts';
import { rememberInterruptions } from '../shared/reconcile/interruptions.ts';
import { rememberDisruptions } from '../shared/reconcile/recent.ts';
import { rememberRequests } from '../shared/reconcile/sweep-requests.ts';
import type { Scope } from '../shared/words.ts';
import { createArmCloud } from './arm/cloud.ts';
import { createExchange, type Credential, type HttpClient } from './arm/exchange.ts';
import { type Pause, withPatience } from './arm/patience.ts';
import { createTaps } from './arm/taps.ts';
import { createJournal } from './journal.ts';
import { createManagedIdentity } from './managed-identity.ts';
import { createQueues } from './queues.ts';
import { createRulesFile, sha256 } from './rules-file.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** What a caller brings instead of what the function app uses. */
export interface Overrides {
  readonly credential: Credential;
  /** Sends the requests to Azure Resource Manager; one for a local endpoint rewrites their address. */
  readonly httpClient: HttpClient;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly rules: RulesSource;
  readonly queues: WorkQueues;
  readonly newId: () => string;
  readonly pause: Pause;
}

const PUBLIC_ENDPOINT = 'https://management.azure.com';

/**
 * Interfaces of one subscription that one invocation changes at a time: each change may interrupt a running machine. It is no
 * limit of the app. A host works on four messages of each of its two queues at a time (host.json) and on requests beside
 * them, and there may be several hosts: nothing yet counts the machines that are being interrupted among all of these.
 */
const INTERFACES_AT_A_TIME = 5;

/**
 * Everything that the use cases need on Azure. It builds clients and asks nothing.
 * @throws Fault `config-invalid`: a setting is missing or means nothing.
 */
export function compose(env: Env, overrides: Partial<Overrides> = {}): Deps {
  const credential = overrides.credential ?? createManagedIdentity(env);
  const clock = overrides.clock ?? { now: () => Date.now() };
  const pause = overrides.pause ?? ((delayMs) => wait(delayMs));
  const rules = overrides.rules ?? createRulesFile(resolve(env['TAPKEEPER_RULES'] ?? 'tapkeeper.yaml'));
  const endpoint = (env['TAPKEEPER_ARM_ENDPOINT'] ?? PUBLIC_ENDPOINT).replace(/\/+$/, '');
  const connection = { credential, endpoint, httpClient: overrides.httpClient ?? null };
  const exchange = withPatience(createExchange(connection), pause);
  const taps = createTaps({ exchange, clock, entries: () => azureEntries(rules) });
  return {
    cloud: createArmCloud({ exchange, taps, pause, scopes: toScopes(env['TAPKEEPER_SUBSCRIPTIONS'] ?? '') }),
    queues: overrides.queues ?? createQueues(env, credential),
    rules,
    clock,
    journal: overrides.journal ?? createJournal(clock),
    hash: sha256,
    recent: rememberDisruptions(),
    requests: rememberRequests(),
    interruptions: rememberInterruptions(),
    mode: () => toMode(env['TAPKEEPER_MODE']),
    parallelism: INTERFACES_AT_A_TIME,
    newId: overrides.newId ?? randomUUID,
  };
}

const azureEntries = async (rules: RulesSource) =>
  (await rules.load()).config.destinations.flatMap((destination) =>
    destination.cloud === 'azure' ? [destination.entry] : [],
  );

/** The subscriptions that this app keeps, each once. One that keeps none would do nothing for ever and say nothing. */
function toScopes(setting: string): readonly Scope[] {
  const named = setting.split(',').map((text) => text.trim());
  const accounts = new Set(named.filter((text) => text !== '').map(toSubscription));
  if (accounts.size === 0) {
    const right = 'write the ids of the subscriptions to keep, separated by commas';
    throw new Fault('config-invalid', `TAPKEEPER_SUBSCRIPTIONS is not set; ${right}`);
  }
  return [...accounts].map((account) => ({ cloud: 'azure', account, region: null }));
}

function toSubscription(text: string): Scope['account'] {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return parseAccountId(text);
  throw new Fault('config-invalid', `TAPKEEPER_SUBSCRIPTIONS: "${text}" is not the id of a subscription`);
}

/** Read at every invocation; a fresh deployment observes. */
function toMode(setting: string | undefined): Mode {
  const mode = setting ?? 'observe';
  if (mode === 'observe' || mode === 'enforce' || mode === 'paused') return mode;
  throw new Fault('config-invalid', `TAPKEEPER_MODE is "${mode}"; it is one of observe, enforce and paused`);
}
