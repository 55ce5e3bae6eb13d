import type { Fault } from '../../../shared/fault.ts';
import type {
  AccountId,
  Incompleteness,
  InventoryKind,
  Scope,
  Selection,
  Source,
  World,
} from '../../../shared/words.ts';
import type { Taps, TapsRead } from '../destinations/taps.ts';
import type { Balancer } from '../eligibility/balancer.ts';
import { balancersOf, findUnfit, type Neighbours } from '../eligibility/fitness.ts';
import type { Age, Listed, Surroundings } from '../eligibility/surroundings.ts';
import { findResource } from '../resource-id.ts';
import type { Exchange } from '../traffic/wire.ts';
import { findUnlisted, readAttachments } from './attachments.ts';
import { findFailure, findSource } from './convert.ts';
import { type Reading, restrict } from './reading.ts';
import { readSubjects } from './subject-reads.ts';
import { readSubscription } from './subscription-reads.ts';

/** Above so many subjects, listing a subscription takes fewer calls than reading each subject and what belongs to it. */
const MOST_SUBJECTS_BY_ID = 20;

export interface Inventory {
  readonly exchange: Exchange;
  readonly taps: Taps;
  readonly surroundings: Surroundings;
}

/**
 * What exists in one subscription, strongly consistent.
 *
 * An event about a machine takes three reads at once (the machine, the VTAPs, the virtual networks) and then one for each of its
 * interfaces; the VTAPs are remembered for a minute and the networks for ten. Everything is a list of each kind.
 */
export async function readWorld(inventory: Inventory, scope: Scope, selection: Selection): Promise<World> {
  const { exchange, taps, surroundings } = inventory;
  const byId = selection.kind === 'subjects' && selection.subjects.length <= MOST_SUBJECTS_BY_ID;
  const age: Age = selection.kind === 'everything' ? 'now' : 'recent';
  const [reading, known, networks] = await Promise.all([
    byId ? readSubjects(exchange, scope, selection.subjects) : readSubscription(exchange, scope),
    taps.read(scope, byId ? 'recent' : 'now'),
    surroundings.networks(scope.account, age),
  ]);
  return toWorld(inventory, { scope, selection, age, reading: restrict(reading, selection), known, networks });
}

interface Gathered {
  readonly scope: Scope;
  readonly selection: Selection;
  readonly age: Age;
  readonly reading: Reading;
  readonly known: TapsRead;
  readonly networks: Listed<'encrypted' | 'plain'>;
}

async function toWorld({ exchange, taps, surroundings }: Inventory, gathered: Gathered): Promise<World> {
  const { scope, selection, age, reading, known, networks } = gathered;
  const lookup = { exchange, taps, subscription: scope.account, known: known.taps };
  const [read, balancers] = await Promise.all([
    readAttachments(reading.interfaces, lookup),
    readBalancers(surroundings, reading.interfaces, age),
  ]);
  const seen = await findUnlisted(read.attachments, known, taps);
  const targets = seen.taps.taps.map(({ target }) => target);
  const neighbours = { networks: networks.items, balancers: balancers.items, targets };
  // An event does not repeat what each sweep says: who may not read it is not told so at every launch.
  const unknown = age === 'now' ? [...toFaults(networks), ...balancers.faults] : [];
  return {
    scope,
    selection,
    machines: reading.machines,
    sources: toSources(reading, neighbours),
    attachments: seen.attachments,
    targets,
    filters: [],
    incomplete: [
      ...reading.unread.flatMap(({ kinds, fault }) => toIncomplete(kinds, fault)),
      ...read.faults.flatMap((fault) => toIncomplete(['attachments'], fault)),
      ...seen.taps.faults.flatMap((fault) => toIncomplete(['targets'], fault)),
      ...unknown.map(toUnknown),
    ],
  };
}

interface BalancersRead {
  readonly items: ReadonlyMap<string, Balancer>;
  readonly faults: readonly Fault[];
}

/** Only when there is an interface behind a load balancer: most subscriptions' events are spared the list. */
async function readBalancers(
  { balancers }: Surroundings,
  interfaces: readonly unknown[],
  age: Age,
): Promise<BalancersRead> {
  const subscriptions = new Set<AccountId>(
    interfaces.flatMap(balancersOf).flatMap((id) => findResource(id)?.subscription ?? []),
  );
  const lists = await Promise.all([...subscriptions].map((subscription) => balancers(subscription, age)));
  return { items: new Map(lists.flatMap(({ items }) => [...items])), faults: lists.flatMap(toFaults) };
}

function toSources(reading: Reading, around: Omit<Neighbours, 'machine'>): readonly Source[] {
  const machines = new Map(reading.machines.map((machine) => [machine.id, machine]));
  const sources = reading.interfaces.flatMap((body): readonly Source[] => {
    const source = findSource(body);
    if (source === null) return [];
    const owner = reading.adrift.get(source.id) ?? source.machine;
    const machine = owner === null ? null : (machines.get(owner) ?? null);
    return [
      {
        ...source,
        machine: owner,
        state: reading.adrift.has(source.id) ? 'changing' : source.state,
        unfit: findUnfit(source, body, { ...around, machine }) ?? findStuck(source, body, reading),
      },
    ];
  });
  return [...new Map(sources.map((source) => [source.id, source])).values()];
}

/**
 * Nothing is attached while provisioning is anything but Succeeded, and what has failed stays so until somebody acts: waiting for
 * it would never end. https://learn.microsoft.com/azure/networking/troubleshoot-failed-state
 */
function findStuck({ id, machine }: Source, body: unknown, { failures }: Reading): string | null {
  const own = findFailure(body);
  if (own !== null) return `its provisioning is ${own}; put it right with: az network nic update --ids ${id}`;
  const failure = machine === null ? undefined : failures.get(machine);
  if (failure === undefined) return null;
  return `the provisioning of its virtual machine is ${failure}; put it right with: az vm reapply --ids ${machine}`;
}

const toFaults = ({ fault }: Listed<unknown>): readonly Fault[] => (fault === null ? [] : [fault]);

const toIncomplete = (kinds: readonly InventoryKind[], fault: Fault): readonly Incompleteness[] =>
  kinds.map((kind) => ({ kind, why: fault.message }));

const toUnknown = ({ message }: Fault): Incompleteness => ({
  kind: 'surroundings',
  why: `${message}; until then only the cloud's refusal tells which interfaces this keeps from being mirrored`,
});
