import { parseMachineId } from '../../../shared/ids.ts';
import { mapLimited } from '../../../shared/reconcile/map-limited.ts';
import type { MachineId, Scope, Subject } from '../../../shared/words.ts';
import { CALLS } from '../permissions.ts';
import { findResource, INTERFACE_TYPE, MACHINE_TYPE } from '../resource-id.ts';
import type { Exchange } from '../traffic/wire.ts';
import { findSource, interfacesOf } from './convert.ts';
import { type ReadOne, readOne } from './pages.ts';
import { bodyOf, type Reading, toFailures, toMachines, unreadIn, WITH_INTERFACES } from './reading.ts';

const PARALLEL_READS = 3;

/**
 * Some interfaces and machines, by id, with what belongs to them: the interfaces of a machine, the machine of an interface.
 * @throws Fault when nothing of what was asked for can be read.
 */
export async function readSubjects(exchange: Exchange, scope: Scope, subjects: readonly Subject[]): Promise<Reading> {
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
  const bodies = machines.flatMap(([, read]) => bodyOf(read));
  return {
    interfaces: interfaces.flatMap(bodyOf),
    machines: toMachines(bodies),
    failures: toFailures(bodies),
    unread: [
      ...unreadIn(interfaces, WITH_INTERFACES),
      ...unreadIn(
        machines.map(([, read]) => read),
        ['machines'],
      ),
    ],
    adrift: findAdrift(interfaces.flatMap(bodyOf), machines),
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
  return [{ id: resource.id, call: kind === 'machine' ? CALLS.getMachine : CALLS.getInterface }];
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

/**
 * An interface that names a machine which is not there, or one that a machine which was read calls its own while it names none
 * or another: it is being made, moved or deleted.
 */
function findAdrift(
  interfaces: readonly unknown[],
  machines: readonly (readonly [string, ReadOne])[],
): ReadonlyMap<string, MachineId> {
  const absent = new Set(machines.filter(([, read]) => read.kind === 'absent').map(([id]) => id));
  const owners = new Map(
    machines.flatMap(([id, read]) =>
      bodyOf(read).flatMap((body) => interfacesOf(body).map((nic) => [findResource(nic)?.id ?? '', id] as const)),
    ),
  );
  return new Map(
    interfaces.flatMap((body) => {
      const source = findSource(body);
      if (source === null) return [];
      const owner = owners.get(source.id) ?? source.machine;
      const isAdrift = owner !== null && (absent.has(owner) || owner !== source.machine);
      return isAdrift ? [[source.id, source.machine ?? parseMachineId(owner)] as const] : [];
    }),
  );
}
