import { Fault } from '../shared/fault.ts';
import { toMarkTags } from '../shared/mark.ts';
import type { Change, Hold, Keep, Plan } from '../shared/plan/change.ts';
import type { Rules } from '../shared/reconcile/rules.ts';
import type { Study } from '../shared/reconcile/study.ts';
import type { Attachment, AttachmentId, NonEmpty, Owner, Scope } from '../shared/words.ts';
import type { Look } from './look.ts';
import { planWorld } from './offline.ts';
import { toShellCommand } from './shell.ts';

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
  /** For a POSIX shell with credentials of the scope's account; tapkeeper never runs them. */
  readonly commands: readonly string[];
}

/** What of a look may be handed over, scope by scope. */
export const toHandovers = ({ studies, rules, nowMs }: Look): readonly Handover[] =>
  studies.map((study) => toHandover(study, rules, nowMs));

function toHandover({ world, plan }: Study, rules: Rules, nowMs: number): Handover {
  const { scope } = world;
  const { owner } = rules.config;
  const candidates = candidatesOf({ world, plan });
  const apart = candidates.flatMap((candidate) => {
    const why = whyApart(candidate, scope);
    return why === null ? [] : [{ ...candidate, why }];
  });
  const offered = candidates.filter((candidate) => whyApart(candidate, scope) === null);
  const ids = offered.map(({ attachment }) => attachment.id);
  const after = planWorld(handOver(world, new Set(ids), owner), rules, nowMs);
  return {
    scope,
    incomplete: plan.incomplete,
    offered: offered.map((candidate) => ({ ...candidate, after: about(after, candidate.attachment.id) })),
    apart,
    commands: scope.region === null ? [] : toCommands(scope.region, ids, owner),
  };
}

/** Handing over must take nothing from another deployment, and a mark that is a name cannot be written to what exists. */
function whyApart({ attachment: { mark } }: Candidate, { cloud }: Scope): string | null {
  if (mark !== null) return `it has the mark of the deployment ${mark.owner}, which would lose it`;
  return cloud === 'aws' ? null : 'a TAP configuration is ours by its name, and cannot be renamed';
}

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

/** The world as it would be after the commands. */
const handOver = (world: Study['world'], ids: ReadonlySet<AttachmentId>, owner: Owner): Study['world'] => ({
  ...world,
  attachments: world.attachments.map((one) => (ids.has(one.id) ? { ...one, mark: { owner, version: 'v1' } } : one)),
});

const about = ({ changes, holds }: Plan, id: AttachmentId): Offered['after'] => ({
  changes: changes.filter((change) => change.kind !== 'attach' && change.attachment === id),
  holds: holds.filter(({ keeps }) => keeps === id),
});

/** ResourceId.N: up to 1000 (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html). */
const RESOURCES_PER_CALL = 1000;

/** @throws Fault `config-invalid` for ids that EC2 never gives: the command is made to be run, and a snapshot is only a file. */
function toCommands(region: string, ids: readonly AttachmentId[], owner: Owner): readonly string[] {
  const strange = ids.find((id) => !/^tms-\w+$/.test(id)) ?? (/^[a-z0-9-]+$/.test(region) ? undefined : region);
  if (strange !== undefined) {
    const name = JSON.stringify(strange);
    throw new Fault('config-invalid', `writing the commands: ${name} is no id that EC2 gives; take the snapshot again`);
  }
  const tags = Object.entries(toMarkTags(owner)).map(([key, value]) => `Key=${key},Value=${value}`);
  return chunksOf(ids, RESOURCES_PER_CALL).map((some) =>
    toShellCommand(['aws', 'ec2', 'create-tags', '--region', region, '--resources', ...some, '--tags', ...tags]),
  );
}

const chunksOf = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_none, at) => items.slice(at * size, (at + 1) * size));
