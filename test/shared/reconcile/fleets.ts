import type { AwsDestination, Config, Rule } from '../../../shared/config/config.ts';
import {
  findOwner,
  parseDestinationName,
  parseFilterId,
  parseMachineId,
  parseRegion,
  parseRuleName,
  parseSourceId,
  parseTargetId,
} from '../../../shared/ids.ts';
import type { Owner, Subject, World } from '../../../shared/words.ts';
import { toWorld, type AttachmentSketch, type WorldSketch } from '../../world.ts';

const OWNER = findOwner('soc') as Owner;

const destination = (name: string, sessionNumber: number): AwsDestination => ({
  cloud: 'aws',
  name: parseDestinationName(name),
  region: parseRegion('us-east-1'),
  entry: { kind: 'target', id: parseTargetId(`tmt-${name}`) },
  filter: { kind: 'one', id: parseFilterId(`tmf-${name}`) },
  sessionNumber,
  packetLength: null,
  virtualNetworkId: null,
  numbers: 'nearest',
  mayPreempt: false,
});

const rule = (tag: string, to: string): Rule => ({
  name: parseRuleName(tag),
  when: { kind: 'tag-exists', tag },
  interfaces: 'all',
  effect: {
    kind: 'mirror',
    to: { kind: 'names', names: [parseDestinationName(to)] },
    isRequired: false,
    untilTag: null,
  },
});

/** The tag `tcp` mirrors to one sensor, the tag `udp` to another; their filters have nothing in common. */
export const CONFIG: Config = {
  version: 1,
  owner: OWNER,
  formerOwners: [],
  policy: 'sync',
  guard: { count: 20, percent: 10 },
  interruption: { inFlight: 5, settleSeconds: 30, windows: [] },
  slots: 3,
  graceHours: 72,
  destinations: [destination('tcp', 100), destination('udp', 200)],
  pools: [],
  rules: [rule('tcp', 'tcp'), rule('udp', 'udp')],
};

const SENSORS: Pick<WorldSketch, 'targets' | 'filters'> = {
  targets: [{ id: 'tmt-tcp' }, { id: 'tmt-udp' }],
  filters: [
    { id: 'tmf-tcp', accepts: ['ingress 6', 'egress 6'] },
    { id: 'tmf-udp', accepts: ['ingress 17', 'egress 17'] },
    { id: 'tmf-icmp', accepts: ['ingress 1', 'egress 1'] },
  ],
};

export const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);
export const digits = (at: number): string => at.toString(16).padStart(17, '0');
export const machineAt = (at: number): Subject => ({ kind: 'machine', id: parseMachineId(`i-${digits(at)}`) });
export const sourceAt = (at: number): Subject => ({ kind: 'source', id: parseSourceId(`eni-${digits(at)}`) });

/** Machines 0 to `count` - 1 with one interface each, all tagged the same. */
export function fleet(count: number, tags: readonly string[], attachments: readonly AttachmentSketch[] = []): World {
  const ids = Array.from({ length: count }, (_, at) => digits(at));
  return toWorld({
    ...SENSORS,
    machines: ids.map((id) => ({ id: `i-${id}`, tags: Object.fromEntries(tags.map((tag) => [tag, ''])) })),
    sources: ids.map((id) => ({ id: `eni-${id}`, machine: `i-${id}` })),
    attachments,
  });
}

/** A session of ours to one of the sensors, as `CONFIG` asks for it. */
export const ours = (at: number, name: 'tcp' | 'udp'): AttachmentSketch => ({
  id: `tms-${name}-${at}`,
  source: `eni-${digits(at)}`,
  target: `tmt-${name}`,
  filter: `tmf-${name}`,
  number: name === 'tcp' ? 100 : 200,
  owner: OWNER,
});

/** A session of others, whose packets ours do not want. */
export const theirs = (at: number, number: number): AttachmentSketch => ({
  id: `tms-theirs-${at}-${number}`,
  source: `eni-${digits(at)}`,
  target: 'tmt-theirs',
  filter: 'tmf-icmp',
  number,
});

/** Every session as `interface: number target`, sorted: what a person would look at. */
export const sessionsOf = ({ attachments }: World): readonly string[] =>
  attachments
    .map(({ source, settings }) => `${Number.parseInt(source.slice(4), 16)}: ${settings.number} ${settings.target}`)
    .sort();

/** The same fleet with other tags on its machines. */
export const retagged = (world: World, tagsOf: (at: number) => readonly string[]): World => ({
  ...world,
  machines: world.machines.map((machine, at) => ({
    ...machine,
    tags: Object.fromEntries(tagsOf(at).map((tag) => [tag, ''])),
  })),
});
