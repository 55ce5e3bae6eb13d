import type { Config } from '../../../shared/config/config.ts';
import {
  parseDestinationName,
  parseMachineId,
  parseRuleName,
  parseSourceId,
  parseTargetId,
} from '../../../shared/ids.ts';
import type { MachineId, SourceId, Subject, World } from '../../../shared/words.ts';
import { type AttachmentSketch, type MachineSketch, toWorld } from '../../world.ts';
import { CONFIG, upTo } from './fleets.ts';

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/app/providers';
const TAP = `${GROUP}/Microsoft.Network/virtualNetworkTaps/tap`;

/** The tag `mirror` mirrors to one VTAP. */
export const AZURE_CONFIG: Config = {
  ...CONFIG,
  guard: { count: 10_000, percent: 100 },
  interruption: { inFlight: 5, settleSeconds: 0, windows: [] },
  destinations: [
    {
      cloud: 'azure',
      name: parseDestinationName('sensor'),
      entry: { kind: 'virtualNetworkTap', id: parseTargetId(TAP) },
    },
  ],
  rules: [
    {
      name: parseRuleName('tagged'),
      when: { kind: 'tag-exists', tag: 'mirror' },
      interfaces: 'all',
      effect: {
        kind: 'mirror',
        to: { kind: 'names', names: [parseDestinationName('sensor')] },
        isRequired: false,
        untilTag: null,
      },
    },
  ],
};

/** The same rules with other limits of interruption. */
export const within = (interruption: Partial<Config['interruption']>): Config => ({
  ...AZURE_CONFIG,
  interruption: { ...AZURE_CONFIG.interruption, ...interruption },
});

const nameOf = (at: number): string => at.toString().padStart(5, '0');
export const vmId = (at: number): MachineId =>
  parseMachineId(`${GROUP}/Microsoft.Compute/virtualMachines/vm-${nameOf(at)}`);
export const nicId = (at: number, nth = 0): SourceId =>
  parseSourceId(`${GROUP}/Microsoft.Network/networkInterfaces/nic-${nameOf(at)}-${nth}`);
export const vmAt = (at: number): Subject => ({ kind: 'machine', id: vmId(at) });
export const nicAt = (at: number, nth = 0): Subject => ({ kind: 'source', id: nicId(at, nth) });

interface AzureSketch {
  readonly state?: (at: number) => NonNullable<MachineSketch['state']>;
  /** The availability set or scale set of each machine. */
  readonly group?: (at: number) => string | null;
  /** How many interfaces each machine has. */
  readonly interfaces?: number;
  readonly attachments?: readonly AttachmentSketch[];
}

/** Virtual machines 0 to `count` - 1, running and tagged `mirror`. */
export function azureFleet(count: number, sketch: AzureSketch = {}): World {
  const { state = () => 'running', group = () => null, interfaces = 1, attachments = [] } = sketch;
  return toWorld({
    cloud: 'azure',
    targets: [{ id: TAP }],
    machines: upTo(count).map((at) => {
      const availabilityGroup = group(at);
      return {
        id: vmId(at),
        tags: { mirror: '' },
        state: state(at),
        ...(availabilityGroup === null ? {} : { availabilityGroup }),
      };
    }),
    sources: upTo(count).flatMap((at) =>
      upTo(interfaces).map((nth) => ({ id: nicId(at, nth), machine: vmId(at), primary: nth === 0 })),
    ),
    attachments,
  });
}

/** A TAP configuration of ours, as the rules ask for it. */
export const mirrored = (at: number): AttachmentSketch => ({
  id: `${nicId(at)}/tapConfigurations/tapkeeper-v1-soc`,
  source: nicId(at),
  target: TAP,
  owner: 'soc',
});

/** The machines that are mirrored, by number, sorted. */
export const mirroredIn = ({ attachments }: World): readonly number[] =>
  attachments.map(({ source }) => Number(/nic-(\d+)/.exec(source)?.[1])).sort((a, b) => a - b);

/** The same fleet, with the tag on some machines only. */
export const taggedOnly = (world: World, isTagged: (at: number) => boolean): World => ({
  ...world,
  machines: world.machines.map((machine, at) => ({ ...machine, tags: isTagged(at) ? { mirror: '' } : {} })),
});
