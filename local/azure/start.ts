import { SUBSCRIPTION_FILTER } from '../../functions/event-grid.ts';
import { newActivity } from './activity.ts';
import { newControls, type Controls } from './arm/controls.ts';
import { newCounters, type CallCounters } from './arm/counters.ts';
import type { Arm, ArmSettings } from './arm/arm.ts';
import { takeOffFastpath } from './arm/fastpath.ts';
import { newInterruptions, type Interruptions } from './arm/interruptions.ts';
import { serveArm } from './arm/serve.ts';
import { systemClock, type LocalClock } from './clock.ts';
import { startEventGrid, type EventGrid } from './event-grid.ts';
import type { EventFilter } from './event-grid/filter.ts';
import { TENANT_ID, type Identity } from './identities.ts';
import { listen } from './listen.ts';
import { opaqueText, type Random } from './random.ts';
import { MANAGEMENT_ENDPOINT, rewritingHttpClient } from './rewriting-http-client.ts';
import { QUEUES, startStorage, type Storage } from './storage.ts';
import { toSubscriptionEvents, type EventSchema } from './subscription-event.ts';
import { viewOf, type StateView } from './view.ts';

/** What can be chosen about a local Azure; everything has a default. */
export interface AzureOptions extends Partial<ArmSettings> {
  /** The port of the ARM endpoint; 0, the default: any free one. */
  readonly port?: number;
  readonly clock?: LocalClock;
  readonly random?: Random;
  /** The first one is the one that examples use. */
  readonly subscriptions?: readonly [string, ...string[]];
  /** The tenants of subscriptions that are not of the tenant of everybody else. */
  readonly tenants?: Readonly<Record<string, string>>;
  /** Who bears which token; a JWT says it itself. */
  readonly identities?: ReadonlyMap<string, Identity>;
  readonly eventSchema?: EventSchema;
  /** The filter of the event subscription; by default the one that the function app is deployed with. */
  readonly eventFilter?: EventFilter;
}

/** Azure on one machine: Resource Manager, Event Grid and a storage account. */
export interface AzureCloud {
  /** The address of Resource Manager, as `http://127.0.0.1:54321`. */
  readonly endpoint: string;
  readonly storageConnectionString: string;
  readonly subscription: string;
  readonly subscriptions: readonly string[];
  readonly calls: CallCounters;
  readonly controls: Controls;
  readonly interruptions: Interruptions;
  readonly state: StateView;
  readonly events: Pick<EventGrid, 'befall' | 'disturb' | 'counts'>;
  readonly queues: Pick<Storage, 'queue'>;
  readonly clock: LocalClock;
  /** For the options of Azure's SDKs: it sends what is meant for https://management.azure.com to this cloud. */
  readonly httpClient: ReturnType<typeof rewritingHttpClient>;
  /** Calls the listener after every change of the state; the result ends that. */
  onChange(listener: () => void): () => void;
  /** Calls the listener after every event that was put on the queue; the result ends that. */
  onDelivered(listener: () => void): () => void;
  /** Lets a VTAP no longer list a TAP configuration, as when provisioning was lost half-way. */
  unlist(tapConfigurationId: string): void;
  /** Takes a machine off the fast path until it is stopped (deallocated) and started: attaching to it fails. */
  takeOffFastpath(machineId: string): void;
  /** Resolves when no operation is going on and every event is on the queue. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

const SUBSCRIPTION = '11111111-1111-4111-8111-111111111111';

const DEFAULTS: ArmSettings = {
  operationMs: 50,
  interruptionMs: null,
  settleMs: 200,
  pageSize: 1000,
  retryAfterSeconds: null,
  operationAddresses: 'signed',
  busyCode: 'AnotherOperationInProgress',
  buckets: 'none',
  networkLimits: 'none',
  restartNeeded: 'never',
  fastpathPhase: 'operation',
  tapCapacity: null,
  tapWhileWritten: 'free',
  embeddedTapConfigurations: 'full',
  tagsSubject: 'resource',
  actionSubject: 'resource',
  eventAuthorization: 'camel',
  deployments: 'untold',
};

function toSettings(options: AzureOptions): ArmSettings {
  const chosen = Object.entries(options).filter(([name, value]) => name in DEFAULTS && value !== undefined);
  return { ...DEFAULTS, ...Object.fromEntries(chosen) };
}

/** Something that listeners are told of. */
function newSignal() {
  const listeners = new Set<() => void>();
  return {
    emit: () => listeners.forEach((listener) => listener()),
    on(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Addresses of 10.0.0.0/8 in turn. */
function newAddresses(): () => string {
  let next = 4;
  return () => {
    const address = `10.${(next >> 16) & 255}.${(next >> 8) & 255}.${next & 255}`;
    next += 1;
    return address;
  };
}

function unlist(arm: Arm, id: string): void {
  for (const resource of arm.resources.values()) {
    if (resource.type !== 'Microsoft.Network/networkInterfaces') continue;
    for (const configuration of resource.tapConfigurations.values())
      if (configuration.id.toLowerCase() === id.toLowerCase()) configuration.isListed = false;
  }
  arm.changed();
}

/**
 * Starts Azure on loopback.
 * @throws Error that names the port when it is taken.
 */
export async function startAzureCloud(options: AzureOptions = {}): Promise<AzureCloud> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const subscriptions = options.subscriptions ?? [SUBSCRIPTION];
  const settings = toSettings(options);
  const activity = newActivity();
  const controls = newControls();
  const interruptions = newInterruptions();
  const counters = newCounters();
  const changes = newSignal();
  const deliveries = newSignal();
  // Set once it runs, and null again when it does not: what ends after that is told nobody.
  let eventGrid: EventGrid | null = null;

  const arm: Arm = {
    settings,
    clock,
    random,
    activity,
    controls,
    interruptions,
    subscriptions,
    tenantOf: (subscription) => options.tenants?.[subscription] ?? TENANT_ID,
    groups: new Map(),
    resources: new Map(),
    operations: new Map(),
    newAddress: newAddresses(),
    certificate: opaqueText(random, 3300),
    tell: (happening) => {
      for (const event of toSubscriptionEvents(happening, settings, random, clock.now())) eventGrid?.publish(event);
    },
    changed: changes.emit,
  };
  const listening = await listen(
    serveArm({ arm, identities: options.identities ?? new Map(), counters }),
    options.port ?? 0,
    'the ARM endpoint',
  );
  const storage = await startStorage();
  const events = storage.queue(QUEUES.events);
  const grid = await startEventGrid({
    schema: options.eventSchema ?? 'CloudEventSchemaV1_0',
    filter: options.eventFilter ?? SUBSCRIPTION_FILTER,
    activity,
    clock,
    subscriber: async (event) => {
      await events.sendMessage(Buffer.from(JSON.stringify(event)).toString('base64'));
      deliveries.emit();
    },
    onFailure: (why) => {
      if (eventGrid !== null) process.emitWarning(`Deliver an event of the local Azure: ${why}`);
    },
  });
  eventGrid = grid;

  let stopping: Promise<void> | null = null;
  async function stop(): Promise<void> {
    eventGrid = null;
    await listening.close();
    await grid.stop();
    await storage.stop();
  }

  return {
    endpoint: listening.endpoint,
    storageConnectionString: storage.connectionString,
    subscription: subscriptions[0],
    subscriptions,
    calls: counters,
    controls,
    interruptions,
    state: viewOf(arm.resources),
    events: grid,
    queues: storage,
    clock,
    httpClient: rewritingHttpClient(MANAGEMENT_ENDPOINT, listening.endpoint),
    onChange: (listener) => changes.on(listener),
    onDelivered: (listener) => deliveries.on(listener),
    unlist: (id) => unlist(arm, id),
    takeOffFastpath: (id) => takeOffFastpath(arm, id),
    idle: () => activity.idle(),
    stop: () => (stopping ??= stop()),
  };
}
