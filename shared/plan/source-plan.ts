import type { Config } from '../config/config.ts';
import { PROFILES, type Profile } from '../profile.ts';
import type { DetachCode } from '../reason.ts';
import { evaluate, type RuleSet } from '../rules/evaluate.ts';
import type { Evaluation } from '../rules/evaluation.ts';
import type { Refusal } from '../ports.ts';
import type { Machine, MachineId, RuleName, Source } from '../words.ts';
import type { Aim, Change, Hold, Keep, Note } from './change.ts';
import type { Opening } from './interruption.ts';
import type { Withheld } from './offers.ts';
import { IS_CHANGING, restraintsOn, type Guard } from './restraints.ts';
import type { Withholding } from './situation.ts';
import { assignSlots, type Assignment } from './slots.ts';
import { isSameSettings } from './settings.ts';
import { orderSteps, type Step } from './steps/order.ts';
import type { Leaving } from './steps/pair.ts';
import { wishesOf, withoutDuplicates, type Loads, type Offers, type Wish } from './wishes.ts';
import { isCountedAt, standingOf, type Standing, type WorldIndex } from './world-index.ts';

/** What planning one source needs to know beside the source. */
export interface Context {
  readonly aim: Aim;
  readonly config: Config;
  readonly ruleSet: RuleSet;
  readonly index: WorldIndex;
  readonly nowMs: number;
  readonly loads: Loads;
  readonly offers: (source: Source) => Offers;
  /** `null` while the guard has not tripped. */
  readonly guard: Guard | null;
  readonly opening: Opening;
  /** Those that are not over. */
  readonly refusals: ReadonlyMap<MachineId, readonly Refusal[]>;
}

/** What is to be done on one source and why the rest is not. */
export interface SourcePlan {
  readonly changes: readonly Change[];
  readonly holds: readonly Hold[];
  readonly keeps: readonly Keep[];
  readonly notes: readonly Note[];
}

const NOTHING: SourcePlan = { changes: [], holds: [], keeps: [], notes: [] };
const NO_WISHES: Evaluation = { asks: [], unclear: [], notes: [] };

/** Plans one source. A source that no rule names and that has nothing of ours costs next to nothing. */
export function planSource(source: Source, context: Context): SourcePlan {
  const { aim, config, ruleSet, index, nowMs } = context;
  const profile = PROFILES[source.cloud];
  const standing = standingOf(index, source.id);
  if (aim === 'drained' && standing.ours.length === 0) return NOTHING;
  const machine = source.machine === null ? null : (index.machines.get(source.machine) ?? null);
  if (source.machine !== null && machine === null) return unread(source, standing, index);

  const absence = aim === 'drained' ? 'drained' : findAbsence(source, machine, config, nowMs, profile);
  const evaluation = absence === null ? evaluate(ruleSet, source, machine, nowMs) : NO_WISHES;
  if (isQuiet(evaluation) && standing.ours.length === 0) return NOTHING;

  const choosing = { config, source, standing, offers: context.offers(source), loads: context.loads };
  const wishes = withoutDuplicates(wishesOf(evaluation, choosing));
  const restraints = restraintsOn(source, machine, { ...context, evaluation, wishes });
  const assignment = assignSlots({
    profile,
    standing,
    wishes,
    filters: index.filters,
    loads: context.loads,
    slots: config.slots,
    unfit: source.unfit === null ? null : { code: 'unfit', detail: source.unfit },
    restraints,
  });
  const steps = orderSteps({
    ...standing,
    placements: assignment.placements,
    leaving: leavingOf(assignment, absence ?? 'unwished'),
    profile,
    filters: index.filters,
    mayRetarget: restraints.retarget === null,
  });
  const targets = new Set(assignment.placements.flatMap(({ wish }) => wish.target ?? []));
  for (const target of targets) if (!isCountedAt(standing, target.id)) context.loads.take(target);
  return {
    changes: steps.map((step) => toChange(source, step)),
    holds: [
      ...unclearHolds(source, evaluation, assignment),
      ...assignment.withheld.map((one) => toHold(source, one, evaluation)),
    ],
    keeps: keepsOf(source, assignment),
    notes: notesOf(source, evaluation, assignment),
  };
}

const isQuiet = ({ asks, unclear, notes }: Evaluation): boolean =>
  asks.length === 0 && unclear.length === 0 && notes.length === 0;

/** An interface whose machine is not in the list is unread, not untagged: nothing changes there. */
function unread(source: Source, { ours }: Standing, index: WorldIndex): SourcePlan {
  const withheld: Withheld =
    source.state === 'changing'
      ? { code: 'changing', detail: IS_CHANGING }
      : {
          code: 'inventory-incomplete',
          detail: index.incomplete.get('machines') ?? `its machine ${source.machine} is not in the list`,
        };
  const hold = (keeps: Hold['keeps']): Hold => ({
    ...aboutSource(source),
    ...withheld,
    destination: null,
    rules: [],
    keeps,
    blockedBy: [],
  });
  return { ...NOTHING, holds: ours.length === 0 ? [hold(null)] : ours.map(({ id }) => hold(id)) };
}

/** Why nothing can be wished of a source, whatever its tags say. */
function findAbsence(
  source: Source,
  machine: Machine | null,
  { graceHours }: Config,
  nowMs: number,
  { needsMachine }: Profile,
): DetachCode | null {
  if (needsMachine && source.state === 'detached') return 'detached';
  if (machine?.state === 'gone') return 'gone';
  // A stopped machine's sessions are billed until they are deleted; when it stopped is not always told, and then they stay.
  const stoppedMs = machine?.state === 'stopped' && machine.stoppedAt !== null ? Date.parse(machine.stoppedAt) : null;
  return stoppedMs !== null && nowMs - stoppedMs > graceHours * 3_600_000 ? 'stopped' : null;
}

const leavingOf = ({ unwished, displaced }: Assignment, because: DetachCode): readonly Leaving[] => [
  ...unwished.map((attachment) => ({ attachment, because })),
  ...displaced.map((attachment) => ({ attachment, because: 'displaced' as const })),
];

const aboutSource = ({ id, machine }: Source) => ({ source: id, machine });

function toChange(source: Source, step: Step): Change {
  const about = aboutSource(source);
  if (step.kind === 'remove') {
    return { kind: 'detach', ...about, attachment: step.attachment.id, from: step.from, because: step.because };
  }
  const wished = { destination: step.wish.destination.name, rules: step.wish.rules };
  if (step.kind === 'create') return { kind: 'attach', ...about, ...wished, to: step.to };
  const kind = step.from.target === step.to.target ? 'modify' : 'retarget';
  return { kind, ...about, ...wished, attachment: step.attachment.id, from: step.from, to: step.to };
}

function toHold(source: Source, { wish, code, detail, keeps, blockedBy }: Withholding, evaluation: Evaluation): Hold {
  const rulesInDoubt = evaluation.unclear.filter((one) => one.code === code).map(({ rule }) => rule);
  return {
    ...aboutSource(source),
    code,
    destination: wish?.destination.name ?? null,
    rules: wish?.rules ?? rulesInDoubt,
    keeps: keeps?.id ?? null,
    blockedBy: blockedBy.map(({ id }) => id),
    detail,
  };
}

/** What the rules leave unclear, as far as it is not already said of an attachment that is kept for it. */
function unclearHolds(source: Source, { unclear }: Evaluation, { withheld }: Assignment): readonly Hold[] {
  const isSaid = (detail: string): boolean => withheld.some((one) => one.wish === null && one.detail === detail);
  return unclear
    .filter(({ detail }) => !isSaid(detail))
    .map(({ code, rule, detail }) => ({
      ...aboutSource(source),
      code,
      destination: null,
      rules: [rule],
      keeps: null,
      blockedBy: [],
      detail,
    }));
}

function keepsOf(source: Source, { placements, satisfied }: Assignment): readonly Keep[] {
  const keep = (wish: Wish, attachment: Keep['attachment'], isOurs: boolean): Keep => ({
    ...aboutSource(source),
    destination: wish.destination.name,
    rules: wish.rules,
    attachment,
    isOurs,
  });
  return [
    ...placements.flatMap(({ wish, attachment, to }) =>
      attachment !== null && attachment.state === 'ready' && isSameSettings(attachment.settings, to)
        ? [keep(wish, attachment.id, true)]
        : [],
    ),
    ...satisfied.map(({ wish, by }) => keep(wish, by.id, false)),
  ];
}

function notesOf(source: Source, evaluation: Evaluation, { remarks, satisfied }: Assignment): readonly Note[] {
  const note = (
    code: Note['code'],
    destination: Note['destination'],
    rules: readonly RuleName[],
    detail: string,
  ): Note => ({
    ...aboutSource(source),
    code,
    destination,
    rules,
    detail,
  });
  return [
    ...evaluation.notes.map(({ code, rules, detail }) => note(code, null, rules, detail)),
    ...remarks.map(({ wish, code, detail }) => note(code, wish.destination.name, wish.rules, detail)),
    ...satisfied.map(({ wish, by }) =>
      note('satisfied-by-theirs', wish.destination.name, wish.rules, `${by.id} already does what is wished`),
    ),
  ];
}
