import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock, Deps, Interruptions, Journal, RulesSource, WorkQueues } from '../shared/ports.ts';
import { rememberInterruptions } from '../shared/reconcile/interruptions.ts';
import { rememberDisruptions } from '../shared/reconcile/recent.ts';
import { rememberRequests } from '../shared/reconcile/sweep-requests.ts';
import { rulesAt, type RulesPlace } from '../shared/rules-source.ts';
import { createArmCloud } from './arm/cloud.ts';
import { createTaps, TAP_CAPACITY } from './arm/destinations/taps.ts';
import { createSurroundings } from './arm/eligibility/surroundings.ts';
import { createSubscriptions } from './arm/subscriptions.ts';
import { createExchange, type Credential, type HttpClient } from './arm/traffic/exchange.ts';
import { createLanes } from './arm/traffic/pace.ts';
import type { Pause } from './arm/traffic/patience.ts';
import { createInterruptions } from './interruptions.ts';
import { createJournal } from './journal.ts';
import { createManagedIdentity } from './managed-identity.ts';
import { createQueues, type StorageQueues } from './queues.ts';
import { placeOf } from './rules/source.ts';
import { type Env, findTapCapacity, parseMode, parseSubscriptions } from './settings.ts';
import { sha256 } from './sha256.ts';
import { findStorage } from './storage.ts';

export type { Env } from './settings.ts';

/** What the triggers need: the use case's ports, and what the host has given up. */
export interface AzureDeps extends Deps {
  readonly countPoison: StorageQueues['countPoison'];
}

/** What a caller brings instead of what the function app uses. */
export interface Overrides {
  readonly credential: Credential;
  /** Sends the requests to Azure Resource Manager; one for a local endpoint rewrites their address. */
  readonly httpClient: HttpClient;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly rules: RulesSource;
  readonly queues: WorkQueues;
  readonly interruptions: Interruptions;
  readonly newId: () => string;
  readonly pause: Pause;
}

const PUBLIC_ENDPOINT = 'https://management.azure.com';

/**
 * Interfaces that one invocation writes to at a time. It spares Azure's quota of writes (200, and 10 a second) and no machine:
 * of those that run, as many change at a time as the rules allow, in all processes together.
 */
const PARALLELISM = 16;

/**
 * Everything that the use cases need on Azure. It builds clients and asks nothing.
 * @throws Fault `config-invalid`: a setting is missing or means nothing.
 */
export function compose(env: Env, overrides: Partial<Overrides> = {}): AzureDeps {
  const clock = overrides.clock ?? { now: () => Date.now() };
  const credential = overrides.credential ?? createManagedIdentity(env, clock);
  const pause = overrides.pause ?? ((delayMs) => wait(delayMs));
  const rules = overrides.rules ?? rulesAt(placeOf(env, { credential, pause }), { clock, hash: sha256 });
  const endpoint = (env['TAPKEEPER_ARM_ENDPOINT'] ?? PUBLIC_ENDPOINT).replace(/\/+$/, '');
  const connection = { credential, endpoint, httpClient: overrides.httpClient ?? null };
  const lanes = createLanes(createExchange(connection), { clock, pause });
  const exchange = lanes.event;
  const capacity = findTapCapacity(env) ?? TAP_CAPACITY;
  const taps = createTaps({ exchange, clock, entries: () => azureEntries(rules), capacity });
  const surroundings = createSurroundings(exchange, clock);
  const queues = createQueues(env, credential);
  const newId = overrides.newId ?? randomUUID;
  const journal = overrides.journal ?? createJournal(clock);
  const tell = (why: readonly string[]): void =>
    journal.write({ correlation: newId(), scope: null, rulesVersion: null, kind: 'incomplete', why });
  const subscriptions = createSubscriptions(parseSubscriptions(env), { exchange, clock, tell });
  return {
    cloud: createArmCloud({ lanes, taps, surroundings, subscriptions, clock, pause }),
    queues: overrides.queues ?? queues,
    countPoison: queues.countPoison,
    rules,
    clock,
    journal,
    hash: sha256,
    recent: rememberDisruptions(),
    requests: rememberRequests(),
    interruptions: overrides.interruptions ?? interruptionsOf(env, credential, clock),
    mode: () => parseMode(env),
    parallelism: PARALLELISM,
    newId,
  };
}

/**
 * Where the settings say that the rules are, as `TAPKEEPER_RULES`.
 * @throws Fault `config-invalid` for what names no place.
 */
export const rulesPlaceOf = (env: Env, credential: Credential): RulesPlace =>
  placeOf(env, { credential, pause: (delayMs) => wait(delayMs) });

/** A process that has no storage account, as a person's, has nobody to share with. */
const interruptionsOf = (env: Env, credential: Credential, clock: Clock): Interruptions =>
  findStorage(env, 'blob') === null
    ? rememberInterruptions(clock)
    : createInterruptions({ env, credential, clock, hash: sha256, process: randomUUID() });

const azureEntries = async (rules: RulesSource) =>
  (await rules.load()).config.destinations.flatMap((destination) =>
    destination.cloud === 'azure' ? [destination.entry] : [],
  );
