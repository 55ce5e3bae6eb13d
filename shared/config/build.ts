import {
  findOwner,
  parseAccountId,
  parseDestinationName,
  parseEndpointId,
  parseFilterId,
  parsePoolName,
  parseRegion,
  parseRuleName,
  parseTargetId,
} from '../ids.ts';
import type { NonEmpty, Owner } from '../words.ts';
import {
  ATTRIBUTES,
  type AwsDestination,
  type AzureDestination,
  type Condition,
  type Config,
  type Destination,
  type InterruptionLimits,
  type MirrorTo,
  type Name,
  type Rule,
} from './config.ts';
import type { ConditionSection } from './schema/condition.ts';
import { findSeconds } from './duration.ts';
import type { DestinationSection } from './schema/destination.ts';
import type { InterruptionSection } from './schema/interruption.ts';
import type { MirrorSection, RuleSection } from './schema/rule.ts';
import type { RulesFile } from './schema/rules-file.ts';

/** The configuration that a checked file means: ids normalised, every default filled in. */
export function buildConfig(raw: RulesFile): Config {
  const pools = Object.keys(raw.pools ?? {});
  const toName = (name: string): Name => (pools.includes(name) ? parsePoolName(name) : parseDestinationName(name));
  return {
    version: 1,
    owner: toOwner(raw.owner),
    formerOwners: (raw.formerOwners ?? []).map(toOwner),
    policy: raw.policy ?? 'sync',
    guard: { count: raw.guard?.count ?? 20, percent: raw.guard?.percent ?? 10 },
    interruption: toInterruption(raw.interruption),
    slots: raw.slots ?? 3,
    graceHours: raw.graceHours ?? 72,
    destinations: Object.entries(raw.destinations ?? {}).map(([name, one]) => toDestination(name, one)),
    pools: Object.entries(raw.pools ?? {}).map(([name, members]) => ({
      name: parsePoolName(name),
      members: nonEmpty(members.map(parseDestinationName)),
    })),
    rules: (raw.rules ?? []).map((rule) => toRule(rule, toName)),
  };
}

/** The schema has checked it. */
function nonEmpty<T>(items: readonly T[]): NonEmpty<T> {
  const [first, ...rest] = items;
  if (first === undefined) throw new Error('an empty list passed the schema');
  return [first, ...rest];
}

function toOwner(text: string): Owner {
  const owner = findOwner(text);
  if (owner === null) throw new Error(`owner '${text}' passed the schema`);
  return owner;
}

/** How running machines are interrupted when a file says nothing of it. */
export const USUAL_INTERRUPTION: InterruptionLimits = { inFlight: 5, settleSeconds: 30, windows: [] };

function toInterruption(raw: InterruptionSection | undefined): InterruptionLimits {
  const { inFlight, settleSeconds } = USUAL_INTERRUPTION;
  return {
    inFlight: raw?.inFlight ?? inFlight,
    settleSeconds: raw?.settle === undefined ? settleSeconds : toSeconds(raw.settle),
    windows: (raw?.windows ?? []).map(({ cron, duration, timeZone }) => ({
      cron: cron.trim().replaceAll(/\s+/g, ' '),
      durationMinutes: toSeconds(duration) / 60,
      timeZone: timeZone ?? 'UTC',
    })),
  };
}

function toSeconds(text: string): number {
  const seconds = findSeconds(text);
  if (seconds === null) throw new Error(`duration '${text}' passed the schema`);
  return seconds;
}

function toDestination(name: string, raw: DestinationSection): Destination {
  const destinationName = parseDestinationName(name);
  return raw.cloud === 'azure'
    ? { cloud: 'azure', name: destinationName, entry: toAzureEntry(raw) }
    : {
        cloud: 'aws',
        name: destinationName,
        region: parseRegion(raw.region),
        entry: toAwsEntry(raw),
        filter:
          typeof raw.filter === 'string'
            ? { kind: 'one', id: parseFilterId(raw.filter) }
            : {
                kind: 'by-account',
                ids: new Map(
                  Object.entries(raw.filter).map(([account, filter]) => [
                    parseAccountId(account),
                    parseFilterId(filter),
                  ]),
                ),
              },
        sessionNumber: raw.sessionNumber,
        packetLength: raw.packetLength ?? null,
        virtualNetworkId: raw.virtualNetworkId ?? null,
        numbers: raw.numbers ?? 'nearest',
        mayPreempt: raw.preempt ?? false,
      };
}

function toAwsEntry(raw: DestinationSection & { cloud: 'aws' }): AwsDestination['entry'] {
  if (raw.target !== undefined) return { kind: 'target', id: parseTargetId(raw.target) };
  if (raw.networkLoadBalancer !== undefined) {
    return { kind: 'networkLoadBalancer', id: parseEndpointId(raw.networkLoadBalancer) };
  }
  if (raw.networkInterface !== undefined)
    return { kind: 'networkInterface', id: parseEndpointId(raw.networkInterface) };
  return { kind: 'gatewayLoadBalancerEndpoint', id: parseEndpointId(raw.gatewayLoadBalancerEndpoint ?? '') };
}

function toAzureEntry(raw: DestinationSection & { cloud: 'azure' }): AzureDestination['entry'] {
  if (raw.virtualNetworkTap !== undefined)
    return { kind: 'virtualNetworkTap', id: parseTargetId(raw.virtualNetworkTap) };
  if (raw.loadBalancerFrontend !== undefined) {
    return { kind: 'loadBalancerFrontend', id: parseEndpointId(raw.loadBalancerFrontend) };
  }
  return { kind: 'collectorIpConfiguration', id: parseEndpointId(raw.collectorIpConfiguration ?? '') };
}

function toRule(raw: RuleSection, toName: (name: string) => Name): Rule {
  const { mirror } = raw;
  return {
    name: parseRuleName(raw.name),
    when: toCondition(raw.when),
    interfaces: raw.interfaces ?? 'all',
    effect:
      mirror === undefined
        ? { kind: 'never' }
        : {
            kind: 'mirror',
            to: toMirrorTo(mirror, toName),
            isRequired: raw.required ?? false,
            untilTag: raw.until?.fromTag ?? null,
          },
  };
}

const toMirrorTo = (raw: MirrorSection, toName: (name: string) => Name): MirrorTo =>
  'among' in raw
    ? { kind: 'from-tag', tag: raw.fromTag, among: nonEmpty(raw.among.map(toName)) }
    : { kind: 'names', names: nonEmpty(raw.map(toName)) };

function toCondition(raw: ConditionSection): Condition {
  if ('all' in raw) return { kind: 'all', of: nonEmpty(raw.all.map(toCondition)) };
  if ('any' in raw) return { kind: 'any', of: nonEmpty(raw.any.map(toCondition)) };
  if ('not' in raw) return { kind: 'not', of: toCondition(raw.not) };
  if ('tag' in raw) {
    const { tag } = raw;
    if (raw.glob !== undefined) return { kind: 'tag-glob', tag, glob: raw.glob };
    if (raw.in !== undefined) return { kind: 'tag-in', tag, values: nonEmpty(raw.in) };
    return raw.equals === undefined ? { kind: 'tag-exists', tag } : { kind: 'tag-in', tag, values: [raw.equals] };
  }
  for (const attribute of ATTRIBUTES) {
    const values = raw[attribute];
    if (values === undefined) continue;
    return { kind: 'attribute', attribute, values: typeof values === 'string' ? [values] : nonEmpty(values) };
  }
  throw new Error('a condition without a key passed the schema');
}
