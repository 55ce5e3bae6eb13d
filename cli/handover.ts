import { groupBy } from '../shared/group-by.ts';
import type { Change, Hold, Interruption, Keep, Plan } from '../shared/plan/change.ts';
import { isInterruptible } from '../shared/plan/interruption.ts';
import type { Rules } from '../shared/reconcile/rules.ts';
import type { Study } from '../shared/reconcile/study.ts';
import type { Attachment, AttachmentId, NonEmpty, Scope, SourceId, World } from '../shared/words.ts';
import { toCommands, toHandedOver } from './handover-commands.ts';
import type { Look } from './look.ts';
import { planWorld } from './offline.ts';

/** An attachment of others that does what rules wish. */
export interface Candidate {
  readonly attachment: Attachment;
  /** The wishes that it satisfies. */
  readonly wishes: NonEmpty<Keep>;
}

/** One that may be handed over, and what the plan would be for it then. */
export interface Offered extends Candidate {
  readonly after: { readonly changes: readonly Change[]; readonly holds: readonly Hold[] };
}

/** One that is left to those who have it, and why. */
export interface Apart extends Candidate {
  readonly why: string;
}

/** What of one scope may be handed over, and how. */
export interface Handover {
  readonly scope: Scope;
  readonly incomplete: Plan['incomplete'];
  readonly offered: readonly Offered[];
  readonly apart: readonly Apart[];
  /** Running machines that the commands interrupt, and how often; always empty on AWS. */
  readonly interruptions: readonly Interruption[];
  /** Those that interrupt nobody first. For a POSIX shell with credentials of the scope's account; tapkeeper never runs them. */
  readonly commands: readonly string[];
}

/** What of a look may be handed over, scope by scope. */
export const toHandovers = ({ studies, rules, nowMs }: Look): Promise<readonly Handover[]> =>
  Promise.all(studies.map((study) => toHandover(study, rules, nowMs)));

async function toHandover({ world, plan }: Study, rules: Rules, nowMs: number): Promise<Handover> {
  const { scope } = world;
  const { owner } = rules.config;
  const candidates = candidatesOf({ world, plan });
  const apart = candidates.flatMap((candidate) => {
    const why = whyApart(candidate);
    return why === null ? [] : [{ ...candidate, why }];
  });
  const offered = candidates.filter((candidate) => whyApart(candidate) === null);
  const taken = new Map(offered.map(({ attachment }) => [attachment.id, toHandedOver(attachment, scope, owner)]));
  const attachments = world.attachments.map((one) => taken.get(one.id) ?? one);
  const after = await planWorld({ ...world, attachments }, rules, nowMs);
  const running = interruptibleIn(world);
  const inOrder = offered.map(({ attachment }) => attachment).sort((a, b) => rank(a, running) - rank(b, running));
  return {
    scope,
    incomplete: plan.incomplete,
    offered: offered.map((candidate) => ({
      ...candidate,
      after: about(after, taken.get(candidate.attachment.id)?.id ?? candidate.attachment.id),
    })),
    apart,
    interruptions: toInterruptions(offered, running),
    commands: toCommands(scope, inOrder, owner),
  };
}

const rank = ({ source }: Attachment, running: ReadonlySet<SourceId>): number => (running.has(source) ? 1 : 0);

function interruptibleIn({ sources, machines }: World): ReadonlySet<SourceId> {
  const known = new Map(machines.map((machine) => [machine.id, machine]));
  const isFelt = (source: World['sources'][number]): boolean =>
    isInterruptible(source, source.machine === null ? null : (known.get(source.machine) ?? null));
  return new Set(sources.filter(isFelt).map(({ id }) => id));
}

/** Theirs is deleted and ours written: two changes, of which each may interrupt. */
const TIMES_EACH = 2;

function toInterruptions(offered: readonly Candidate[], running: ReadonlySet<SourceId>): readonly Interruption[] {
  const felt = offered.flatMap(({ attachment: { source }, wishes: [{ machine }] }) =>
    machine !== null && running.has(source) ? [{ source, machine }] : [],
  );
  return [...groupBy(felt, ({ machine }) => machine)].map(([machine, [first, ...rest]]) => ({
    machine,
    sources: [first.source, ...rest.map(({ source }) => source)],
    times: TIMES_EACH * (1 + rest.length),
  }));
}

/** Handing over must take nothing from another deployment. */
const whyApart = ({ attachment: { mark } }: Candidate): string | null =>
  mark === null ? null : `it has the mark of the deployment ${mark.owner}, which would lose it`;

/** In plan order; one attachment may do what several wishes ask for. */
function candidatesOf({ world, plan }: Study): readonly Candidate[] {
  const wishes = Map.groupBy(
    plan.keeps.filter(({ isOurs }) => !isOurs),
    ({ attachment }) => attachment,
  );
  const attachments = new Map(world.attachments.map((one) => [one.id, one]));
  return [...wishes].flatMap(([id, [first, ...rest]]) => {
    const attachment = attachments.get(id);
    return attachment === undefined || first === undefined ? [] : [{ attachment, wishes: [first, ...rest] }];
  });
}

const about = ({ changes, holds }: Plan, id: AttachmentId): Offered['after'] => ({
  changes: changes.filter((change) => change.kind !== 'attach' && change.attachment === id),
  holds: holds.filter(({ keeps }) => keeps === id),
});
