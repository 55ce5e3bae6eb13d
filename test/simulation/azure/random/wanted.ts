import type { StateView, TapConfigurationView } from '../../../../local/azure/view.ts';
import type { RigCloud } from '../rig.ts';

/** The owners that the rules name, one after the other; the one that is not in force is a former one. */
export const OWNERS = ['soc', 'csirt'] as const;

/** A destination of the simulation's rules: a name, and the VTAP in front of what it names. */
export interface Sensor {
  readonly name: string;
  readonly frontend: string;
  readonly tap: string;
}

/** The rules in force: under the tag `mirror` a machine or interface names sensors; `optout=yes` beats it. */
export interface SimulatedRules {
  readonly owner: (typeof OWNERS)[number];
  readonly sensors: readonly Sensor[];
}

export const isOurs = ({ name }: Pick<TapConfigurationView, 'name'>): boolean =>
  OWNERS.some((owner) => name.toLowerCase() === `tapkeeper-v1-${owner}`);

const lower = (text: string): string => text.toLowerCase();

/** Tag names compare without regard to case; those of the interface come before those of its machine. */
function tagsOf({ vms }: Pick<StateView, 'vms'>, nic: StateView['nics'][number]): ReadonlyMap<string, string> {
  const machine = vms.find(({ id }) => nic.vm !== null && lower(id) === lower(nic.vm));
  const pairs = [...Object.entries(machine?.tags ?? {}), ...Object.entries(nic.tags)];
  return new Map(pairs.map(([name, value]) => [lower(name), value]));
}

/**
 * The VTAP, lower-cased, that each interface's traffic is to reach; `null`: none. It is told without the product's planner, by the
 * tags alone: of several names the first one counts, since an interface takes one TAP configuration.
 */
export function wantedIn(state: StateView, { sensors }: SimulatedRules): ReadonlyMap<string, string | null> {
  const machines = { vms: state.vms };
  return new Map(
    state.nics.map((nic) => {
      const tags = tagsOf(machines, nic);
      const [name] = tags.get('optout') === 'yes' ? [] : (tags.get('mirror') ?? '').split('+');
      const tap = sensors.find((sensor) => sensor.name === name)?.tap ?? null;
      return [lower(nic.id), tap === null ? null : lower(tap)];
    }),
  );
}

/** How the world differs from what the rules ask for, in words. Others' configurations stay where they are, and leave no room. */
export function differences(cloud: RigCloud, rules: SimulatedRules): readonly string[] {
  const found: string[] = [];
  const { state } = cloud;
  const bySource = Map.groupBy(state.tapConfigurations, ({ nic }) => lower(nic));
  for (const [source, tap] of wantedIn(state, rules)) {
    const standing = bySource.get(source) ?? [];
    const [ours, theirs] = [standing.filter(isOurs), standing.filter((one) => !isOurs(one))];
    const expected = theirs.length > 0 || tap === null ? [] : [`${tap} Succeeded`];
    const seen = ours.map((one) => `${lower(one.tap)} ${one.provisioningState}${one.isListed ? '' : ' unlisted'}`);
    if (seen.join() !== expected.join()) {
      found.push(`${source} has ${seen.join() || 'nothing'} instead of ${expected.join() || 'nothing'}`);
    }
  }
  return found;
}
