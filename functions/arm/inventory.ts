import type { Fault } from '../../shared/fault.ts';
import { mapLimited } from '../../shared/reconcile/map-limited.ts';
import type {
  Incompleteness,
  InventoryKind,
  Machine,
  MachineId,
  Scope,
  Selection,
  Source,
  SourceId,
  Subject,
  World,
} from '../../shared/words.ts';
import { findUnlisted, readAttachments } from './attachments.ts';
import { findMachine, findSource, interfacesOf, powerStateOf, toPowerState } from './convert.ts';
import type { Exchange } from './exchange.ts';
import { unfitBy } from './fitness.ts';
import { CALLS } from './permissions.ts';
import { type ReadAll, readAll, type ReadOne, readOne } from './read.ts';
import { findResource, INTERFACE_TYPE, MACHINE_TYPE } from './resource-id.ts';
import type { Taps, TapsRead } from './taps.ts';

/** Above so many subjects, listing a subscription takes fewer calls than reading each subject and what belongs to it. */
const MOST_SUBJECTS_BY_ID = 20;
const PARALLEL_READS = 3;

export interface Inventory {
  readonly exchange: Exchange;
  readonly taps: Taps;
}

/** What was read of interfaces and machines, before it is made a world. */
interface Reading {
  readonly interfaces: readonly unknown[];
  readonly machines: readonly Machine[];
  readonly unread: readonly { readonly kinds: readonly InventoryKind[]; readonly fault: Fault }[];
  /** Interfaces that name a machine which is not there: one of the two is just changing. */
  readonly adrift: ReadonlySet<string>;
}

/**
 * What exists in one subscription, strongly consistent.
 *
 * An event about an interface takes three reads (the interface, its machine, and the VTAP, which is remembered for a
 * minute), one about a machine as many and one for each further interface. Everything is four lists, whatever its size.
 */
export async function readWorld(inventory: Inventory, scope: Scope, selection: Selection): Promise<World> {
  const byId = selection.kind === 'subjects' && selection.subjects.length <= MOST_SUBJECTS_BY_ID;
  const [reading, known] = byId
    ? await Promise.all([readSubjects(inventory.exchange, scope, selection.subjects), inventory.taps.read('recent')])
    : await Promise.all([readSubscription(inventory.exchange, scope), inventory.taps.read('now')]);
  return toWorld(inventory, { scope, selection, reading: restrict(reading, selection), known });
}

/** Interfaces and their TAP configurations come in one body: neither is complete without the other. */
const WITH_INTERFACES: readonly InventoryKind[] = ['sources', 'attachments'];

async function readSubscription(exchange: Exchange, { account }: Scope): Promise<Reading> {
  const compute = `/subscriptions/${account}/providers/Microsoft.Compute/virtualMachines`;
  const [interfaces, machines, states] = await Promise.all([
    readAll(exchange, CALLS.listInterfaces, `/subscriptions/${account}/providers/Microsoft.Network/networkInterfaces`),
    readAll(exchange, CALLS.listMachines, compute),
    readAll(exchange, CALLS.listMachineStates, compute),
  ]);
  if (interfaces.kind === 'unread' && machines.kind === 'unread') throw interfaces.fault;
  return {
    interfaces: bodiesOf(interfaces),
    machines: withPowerStates(
      bodiesOf(machines).flatMap((body) => findMachine(body) ?? []),
      bodiesOf(states),
    ),
    unread: [...unreadIn([interfaces], WITH_INTERFACES), ...unreadIn([machines], ['machines'])],
    adrift: new Set(),
  };
}

/** The list of machines has no power states; without them, what is provisioned is taken to run. */
function withPowerStates(machines: readonly Machine[], states: readonly unknown[]): readonly Machine[] {
  const powers = new Map<MachineId, Machine['state']>(
    states.flatMap((body) => {
      const machine = findMachine(body);
      return machine === null ? [] : [[machine.id, toPowerState(powerStateOf(body))] as const];
    }),
  );
  return machines.map((machine) =>
    machine.state === 'running' ? { ...machine, state: powers.get(machine.id) ?? 'running' } : machine,
  );
}

async function readSubjects(exchange: Exchange, scope: Scope, subjects: readonly Subject[]): Promise<Reading> {
  const first = await readEach(
    exchange,
    subjects.flatMap((subject) => findResourceRead(subject, scope)),
  );
  throwWhenNothing([...first.values()]);
  const second = await readEach(
    exchange,
    [...first.values()].flatMap(furtherReads).filter(({ id }) => !first.has(id)),
  );
  const reads = [...first, ...second];
  const interfaces = reads.filter(([id]) => !isMachine(id)).map(([, read]) => read);
  const machines = reads.filter(([id]) => isMachine(id));
  const absent = new Set(machines.filter(([, read]) => read.kind === 'absent').map(([id]) => id));
  return {
    interfaces: interfaces.flatMap(bodyOf),
    machines: machines.flatMap(([, read]) => bodyOf(read)).flatMap((body) => findMachine(body) ?? []),
    unread: [
      ...unreadIn(interfaces, WITH_INTERFACES),
      ...unreadIn(
        machines.map(([, read]) => read),
        ['machines'],
      ),
    ],
    adrift: absent,
  };
}

interface ResourceRead {
  readonly id: string;
  readonly call: typeof CALLS.getInterface | typeof CALLS.getMachine;
}

const isMachine = (id: string): boolean => findResource(id)?.type === MACHINE_TYPE;

/** Messages and requests name subjects: one that is no such resource of the subscription is not there. */
function findResourceRead({ kind, id }: Subject, { account }: Scope): readonly ResourceRead[] {
  const resource = findResource(id);
  const type = kind === 'machine' ? MACHINE_TYPE : INTERFACE_TYPE;
  if (resource?.type !== type || resource.subscription !== account) return [];
  return [{ id, call: kind === 'machine' ? CALLS.getMachine : CALLS.getInterface }];
}

async function readEach(exchange: Exchange, wanted: readonly ResourceRead[]): Promise<ReadonlyMap<string, ReadOne>> {
  const once = [...new Map(wanted.map((read) => [read.id, read])).values()];
  const reads = await mapLimited(once, PARALLEL_READS, async ({ id, call }) => {
    return [id, await readOne(exchange, call, id)] as const;
  });
  return new Map(reads);
}

/** The interfaces of a machine that was read, or the machine of an interface. */
function furtherReads(read: ReadOne): readonly ResourceRead[] {
  const [body] = bodyOf(read);
  const source = findSource(body);
  if (source === null) {
    const ids = interfacesOf(body).flatMap((id) => findResource(id)?.id ?? []);
    return ids.map((id) => ({ id, call: CALLS.getInterface }));
  }
  return source.machine !== null && isMachine(source.machine) ? [{ id: source.machine, call: CALLS.getMachine }] : [];
}

function throwWhenNothing(reads: readonly ReadOne[]): void {
  const [first] = reads.flatMap((read) => (read.kind === 'unread' ? [read.fault] : []));
  if (first !== undefined && reads.every(({ kind }) => kind === 'unread')) throw first;
}

const bodyOf = (read: ReadOne): readonly unknown[] => (read.kind === 'found' ? [read.body] : []);
const bodiesOf = (read: ReadAll): readonly unknown[] => (read.kind === 'found' ? read.bodies : []);

const unreadIn = (reads: readonly (ReadOne | ReadAll)[], kinds: readonly InventoryKind[]): Reading['unread'] =>
  reads.flatMap((read) => (read.kind === 'unread' ? [{ kinds, fault: read.fault }] : []));

/** What was read, without what was not asked for. */
function restrict(reading: Reading, selection: Selection): Reading {
  if (selection.kind === 'everything') return reading;
  const wanted = new Set<string>(selection.subjects.map(({ id }) => id));
  const interfaces = reading.interfaces.filter((body) => {
    const source = findSource(body);
    return source !== null && (wanted.has(source.id) || (source.machine !== null && wanted.has(source.machine)));
  });
  const machines = new Set(interfaces.map((body) => findSource(body)?.machine ?? null));
  return {
    ...reading,
    interfaces,
    machines: reading.machines.filter(({ id }) => wanted.has(id) || machines.has(id)),
  };
}

interface Gathered {
  readonly scope: Scope;
  readonly selection: Selection;
  readonly reading: Reading;
  readonly known: TapsRead;
}

async function toWorld({ exchange, taps }: Inventory, { scope, selection, reading, known }: Gathered): Promise<World> {
  const read = await readAttachments(exchange, reading.interfaces, known.taps);
  const seen = await findUnlisted(read.attachments, known, taps);
  const targets = seen.taps.taps.map(({ target }) => target);
  const machines = new Map(reading.machines.map((machine) => [machine.id, machine]));
  const sources = new Map<SourceId, Source>();
  for (const body of reading.interfaces) {
    const source = findSource(body);
    if (source === null) continue;
    const machine = source.machine === null ? null : (machines.get(source.machine) ?? null);
    const state = source.machine !== null && reading.adrift.has(source.machine) ? 'changing' : source.state;
    sources.set(source.id, { ...source, state, unfit: source.unfit ?? unfitBy(source, machine, targets) });
  }
  return {
    scope,
    selection,
    machines: reading.machines,
    sources: [...sources.values()],
    attachments: seen.attachments,
    targets,
    filters: [],
    incomplete: [
      ...reading.unread.flatMap(({ kinds, fault }) => toIncomplete(kinds, fault)),
      ...read.faults.flatMap((fault) => toIncomplete(['attachments'], fault)),
      ...seen.taps.faults.flatMap((fault) => toIncomplete(['targets'], fault)),
    ],
  };
}

const toIncomplete = (kinds: readonly InventoryKind[], fault: Fault): readonly Incompleteness[] =>
  kinds.map((kind) => ({ kind, why: fault.message }));
