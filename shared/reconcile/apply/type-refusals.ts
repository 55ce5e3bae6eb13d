import type { Attach } from '../../plan/change.ts';
import { toHold } from '../../plan/refused.ts';
import type { Outcome } from '../../ports.ts';
import { PROFILES } from '../../profile.ts';
import type { Machine, MachineId, World } from '../../words.ts';

/** Makes an attach, unless what the cloud said of another machine of the same type answers it. */
export type AttachGate = (change: Attach, attach: () => Promise<Outcome>) => Promise<Outcome>;

/** An outcome that withholds. */
type Held = Extract<Outcome, { kind: 'held' }>;

/**
 * One refusal per machine type stands for all of a run: a type that is not among those that can be mirrored is refused for
 * every machine of it (https://docs.aws.amazon.com/vpc/latest/mirroring/what-is-traffic-mirroring.html), and a fleet of them must not
 * spend the quota of writes. The first attach of a type goes alone, so that it is one call; the others wait for that one only.
 *
 * A type of which something is mirrored already, or was accepted, is not in question: there a refusal is about one interface.
 * So is one of a machine that does not run, for the cloud has one code for both.
 */
export function gateByType(world: World): AttachGate {
  const { judgesTypeLate } = PROFILES[world.scope.cloud];
  const machines = new Map(world.machines.map((machine) => [machine.id, machine]));
  const accepted = new Set(mirroredTypes(world, machines));
  const refused = new Map<string, Held>();
  const trials = new Map<string, Promise<Outcome>>();

  const learnFrom = (outcome: Outcome, type: string, { state }: Machine): Outcome => {
    if (outcome.kind === 'done') accepted.add(type);
    if (isUnfit(outcome) && state === 'running' && !accepted.has(type)) refused.set(type, outcome);
    return outcome;
  };

  return async (change, attach) => {
    const machine = change.machine === null ? undefined : machines.get(change.machine);
    const type = machine?.type ?? null;
    if (!judgesTypeLate || machine === undefined || type === null || accepted.has(type)) return attach();
    const trial = trials.get(type);
    if (trial !== undefined) await trial;
    const refusal = refused.get(type);
    if (refusal !== undefined) return likewise(change, type, refusal);
    const trying = attach().then((outcome) => learnFrom(outcome, type, machine));
    if (trial === undefined) trials.set(type, trying);
    return trying;
  };
}

function mirroredTypes({ sources, attachments }: World, machines: ReadonlyMap<MachineId, Machine>): readonly string[] {
  const mirrored = new Set(attachments.map(({ source }) => source));
  return sources.flatMap(({ id, machine }) => {
    const type = machine === null || !mirrored.has(id) ? null : (machines.get(machine)?.type ?? null);
    return type === null ? [] : [type];
  });
}

const isUnfit = (outcome: Outcome): outcome is Held => outcome.kind === 'held' && outcome.hold.code === 'unfit';

function likewise(change: Attach, type: string, { hold }: Held): Outcome {
  const detail = `machines of type ${type} are refused, as ${hold.source} was: ${hold.detail}`;
  return { kind: 'held', change, hold: toHold(change, hold.code, detail) };
}
