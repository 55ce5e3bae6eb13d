import type { Config } from '../../shared/config/config.ts';
import type { Change, Plan } from '../../shared/plan/change.ts';
import { interruptedIn, nameInterruption } from '../../shared/print/interruptions.ts';
import { nameScope, sayTotal, toChangeLine } from '../../shared/print/plan-view.ts';
import { shortId } from '../../shared/print/short-id.ts';
import { HOLDS, NOTES } from '../../shared/reason.ts';
import type { Attachment, Machine, Source, SourceId, Tags, World } from '../../shared/words.ts';
import type { AttachmentView, CloudView, InterfaceView, MachineView, ReasonView, TagView } from './page-state.ts';

/** A page with thousands of machines helps nobody. */
const MACHINES_SHOWN = 150;

/** What was read of a cloud together with what a plan made of it: each interface with its attachments or the reason why not. */
export function toCloudView(world: World, plan: Plan, config: Config, endpoint: string): CloudView {
  const look = lookUp(world, plan, config);
  const machines = world.machines.map((machine) => machineView(machine, look));
  const loose = world.sources.filter(({ machine }) => machine === null || !look.machines.has(machine));
  const all = [...machines.sort(byNameAndId), ...(loose.length === 0 ? [] : [looseView(loose, look)])];
  return {
    cloud: world.scope.cloud,
    scope: world.scope,
    title: nameScope(world.scope),
    endpoint,
    error: null,
    guard: plan.guard.trips.map(({ name, detail }) => `${name}: ${detail}`),
    incomplete: plan.incomplete,
    summary: sayTotal([plan]),
    machines: all.slice(0, MACHINES_SHOWN),
    omitted: Math.max(0, all.length - MACHINES_SHOWN),
  };
}

interface Look {
  readonly plan: Plan;
  readonly owners: ReadonlySet<string>;
  readonly machines: ReadonlySet<string>;
  readonly sourcesOf: ReadonlyMap<string, readonly Source[]>;
  readonly attachmentsOf: ReadonlyMap<string, readonly Attachment[]>;
  readonly destinationOf: ReadonlyMap<string, string>;
}

function lookUp(world: World, plan: Plan, config: Config): Look {
  const changes = plan.changes.filter((change) => change.kind === 'modify' || change.kind === 'retarget');
  const named = [...plan.keeps, ...changes].map(({ attachment, destination }) => [attachment, destination] as const);
  const held = plan.holds.flatMap(({ keeps, destination }) =>
    keeps === null || destination === null ? [] : [[keeps, destination] as const],
  );
  return {
    plan,
    owners: new Set([config.owner, ...config.formerOwners]),
    machines: new Set(world.machines.map(({ id }) => id)),
    sourcesOf: Map.groupBy(world.sources, ({ machine }) => machine ?? ''),
    attachmentsOf: Map.groupBy(world.attachments, ({ source }) => source),
    destinationOf: new Map<string, string>([...held, ...named]),
  };
}

const byNameAndId = (a: MachineView, b: MachineView): number =>
  a.title.localeCompare(b.title, 'en') || (a.id ?? '').localeCompare(b.id ?? '', 'en');

function machineView(machine: Machine, look: Look): MachineView {
  const { id, name, type, state, region, tags } = machine;
  const interfaces = (look.sourcesOf.get(id) ?? []).map((source) => interfaceView(source, machine, look));
  // The heading of an AWS account names its region already, and the machine's name is its tag.
  const parts = [name === null ? null : shortId(id), type, machine.cloud === 'aws' ? null : region];
  const subtitle = parts.filter((part) => part !== null).join(' · ');
  const shown = tagViews(tags).filter((tag) => tag.name !== 'Name' || tag.value !== name);
  return { id, title: name ?? shortId(id), subtitle, state, tags: shown, interfaces };
}

const looseView = (sources: readonly Source[], look: Look): MachineView => ({
  id: null,
  title: 'Interfaces without a machine',
  subtitle: '',
  state: 'none',
  tags: [],
  interfaces: sources.map((source) => interfaceView(source, null, look)),
});

const tagViews = (tags: Tags): readonly TagView[] =>
  Object.entries(tags)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

function interfaceView(source: Source, machine: Machine | null, look: Look): InterfaceView {
  const attachments = (look.attachmentsOf.get(source.id) ?? [])
    .map((attachment) => attachmentView(attachment, look))
    .sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
  return {
    id: source.id,
    title: shortId(source.id),
    state: source.state,
    tags: tagViews(source.tags),
    attachments,
    reasons: reasonsOf(source, machine, attachments, look),
  };
}

function attachmentView({ id, settings, mark, state }: Attachment, look: Look): AttachmentView {
  return {
    id,
    title: shortId(id).split('/').at(-1) ?? id,
    isOurs: mark !== null && look.owners.has(mark.owner),
    number: settings.number,
    destination: look.destinationOf.get(id) ?? shortId(settings.target),
    state,
  };
}

function reasonsOf(
  source: Source,
  machine: Machine | null,
  attachments: readonly AttachmentView[],
  { plan }: Look,
): readonly ReasonView[] {
  const isHere = ({ source: at }: { readonly source: SourceId }): boolean => at === source.id;
  const found: readonly ReasonView[] = [
    ...plan.holds.filter(isHere).map(({ code, detail, destination }): ReasonView => {
      const text = destination === null || detail.includes(destination) ? detail : `${destination}: ${detail}`;
      return { tone: 'hold', code, text, remedy: HOLDS[code] };
    }),
    ...plan.changes.filter(isHere).map((change) => pending(change, plan)),
    ...plan.notes
      .filter(isHere)
      .map(({ code, detail }): ReasonView => ({ tone: 'note', code, text: detail || NOTES[code], remedy: '' })),
  ];
  if (found.length > 0 || attachments.some(({ isOurs }) => isOurs)) return found;
  return [{ tone: 'quiet', code: 'not-wished', text: quietly(source, machine), remedy: '' }];
}

function pending(change: Change, plan: Plan): ReasonView {
  const { verb, what } = toChangeLine(change);
  const interruption = nameInterruption(change, interruptedIn(plan));
  const text = interruption === '' ? `${verb} ${what}` : `${verb} ${what}; ${interruption}`;
  return { tone: 'pending', code: 'pending', text, remedy: '' };
}

function quietly({ state, unfit }: Source, machine: Machine | null): string {
  if (machine?.state === 'gone') return 'the machine is gone';
  if (unfit !== null) return `no rule asks for it (and it could not be mirrored: ${unfit})`;
  if (state !== 'attached') return `the interface is ${state}`;
  return 'no rule asks for it';
}
