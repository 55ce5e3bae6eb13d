import * as fc from 'fast-check';
import type { AwsDestination, Config } from '../../shared/config/config.ts';
import {
  findOwner,
  parseDestinationName,
  parseFilterId,
  parsePoolName,
  parseRegion,
  parseRuleName,
  parseTargetId,
} from '../../shared/ids.ts';
import type { Cloud, Filter, InventoryKind, NonEmpty, Owner, World } from '../../shared/words.ts';
import { toWorld, type AttachmentSketch, type FilterSketch, type SourceSketch, type WorldSketch } from '../world.ts';
import { filter } from './packets.ts';

export const OWNER = findOwner('soc') as Owner;

/** A world and a rules file that could meet: few targets, filters and numbers, so that they collide often. */
export interface Case {
  readonly world: World;
  readonly config: Config;
}

const NUMBERS = [1, 2, 100, 101, 102, 200, 32766] as const;
const TARGETS = ['tmt-a', 'tmt-b', 'tmt-c', 'tmt-d'] as const;
/** Two that take everything, and three that are drawn. */
const WHOLE: readonly FilterSketch[] = [{ id: 'tmf-all' }, { id: 'tmf-same' }];
const DRAWN = ['tmf-a', 'tmf-b', 'tmf-c'] as const;
export const UNREAD = parseFilterId('tmf-unread');

const NAMES = ['one', 'two', 'three', 'four'] as const;

const filterIds = [...WHOLE.map(({ id }) => id), ...DRAWN, UNREAD];

const awsDestination = (name: string): fc.Arbitrary<AwsDestination> =>
  fc
    .record({
      target: fc.constantFrom(...TARGETS, 'tmt-missing'),
      filter: fc.constantFrom(...filterIds),
      number: fc.constantFrom(...NUMBERS),
      numbers: fc.constantFrom('nearest', 'exact'),
      mayPreempt: fc.boolean(),
      packetLength: fc.constantFrom(null, 1500),
    })
    .map(({ target, filter, number, numbers, mayPreempt, packetLength }) => ({
      cloud: 'aws',
      name: parseDestinationName(name),
      region: parseRegion('us-east-1'),
      entry: { kind: 'target', id: parseTargetId(target) },
      filter: { kind: 'one', id: parseFilterId(filter) },
      sessionNumber: number,
      packetLength,
      virtualNetworkId: null,
      numbers,
      mayPreempt,
    }));

const config = (cloud: Cloud): fc.Arbitrary<Config> =>
  fc
    .record({
      aws: fc.tuple(...NAMES.map(awsDestination)),
      policy: fc.constantFrom('sync', 'sync', 'attach-only'),
      slots: fc.integer({ min: 1, max: 3 }),
      count: fc.constantFrom(0, 2, 100),
    })
    .map(({ aws, policy, slots, count }): Config => {
      const destinations =
        cloud === 'aws'
          ? aws
          : NAMES.map((name, at) => ({
              cloud: 'azure' as const,
              name: parseDestinationName(name),
              entry: { kind: 'virtualNetworkTap' as const, id: parseTargetId(`/taps/${TARGETS[at]}`) },
            }));
      const among: NonEmpty<(typeof destinations)[number]['name'] | ReturnType<typeof parsePoolName>> = [
        parsePoolName('pool'),
        ...destinations.map(({ name }) => name),
      ];
      return {
        version: 1,
        owner: OWNER,
        formerOwners: [],
        policy,
        guard: { count, percent: 0 },
        interruption: { inFlight: 5, settleSeconds: 30, windows: [] },
        slots,
        graceHours: 72,
        destinations,
        pools: [{ name: parsePoolName('pool'), members: [parseDestinationName('one'), parseDestinationName('two')] }],
        rules: [
          {
            name: parseRuleName('tagged'),
            when: { kind: 'tag-exists', tag: 'mirror' },
            interfaces: 'all',
            effect: {
              kind: 'mirror',
              to: { kind: 'from-tag', tag: 'mirror', among },
              isRequired: false,
              untilTag: null,
            },
          },
          {
            name: parseRuleName('opt-out'),
            when: { kind: 'tag-in', tag: 'optout', values: ['yes'] },
            interfaces: 'all',
            effect: { kind: 'never' },
          },
        ],
      };
    });

const tags = fc.record(
  {
    mirror: fc.oneof(
      fc.shuffledSubarray([...NAMES, 'pool'], { minLength: 0 }).map((names) => names.join('+')),
      fc.constant('nonsense'),
    ),
    optout: fc.constantFrom('yes', 'no'),
  },
  { requiredKeys: [] },
);

const source = (
  cloud: Cloud,
  at: number,
): fc.Arbitrary<SourceSketch & { readonly machineState: 'running' | 'stopped' | 'gone' }> =>
  fc
    .record({
      tags,
      state: fc.constantFrom('attached', 'attached', 'attached', 'changing', 'detached'),
      machineState: fc.constantFrom('running', 'running', 'running', 'stopped', 'gone'),
      hasMachine: fc.constantFrom(true, true, false),
      isUnfit: fc.constantFrom(false, false, false, true),
    })
    .map(({ hasMachine, isUnfit, ...rest }) => ({
      ...rest,
      id: cloud === 'aws' ? `eni-${at}` : `/nics/nic-${at}`,
      machine: hasMachine ? (cloud === 'aws' ? `i-${at}` : `/vms/vm-${at}`) : null,
      ...(isUnfit ? { unfit: 'its type cannot be mirrored' } : {}),
    }));

const attachments = (cloud: Cloud, sourceId: string): fc.Arbitrary<readonly AttachmentSketch[]> =>
  fc
    .uniqueArray(
      fc.record({
        number: fc.constantFrom(...NUMBERS),
        target: fc.constantFrom(...TARGETS),
        filter: fc.constantFrom(...filterIds),
        owner: fc.constantFrom('soc', 'soc', 'other', undefined),
        packetLength: fc.constantFrom(undefined, 64, 1500, 8500),
        state:
          cloud === 'aws'
            ? fc.constant('ready' as const)
            : fc.constantFrom('ready', 'ready', 'changing', 'failed', 'unlisted'),
      }),
      { maxLength: cloud === 'aws' ? 3 : 1, selector: ({ number }) => number },
    )
    .map((drafts) =>
      drafts.map(({ owner, packetLength, target, ...draft }) => ({
        ...draft,
        id: cloud === 'aws' ? `tms-${sourceId}-${draft.number}` : `${sourceId}/tapconfigurations/x`,
        source: sourceId,
        target: cloud === 'aws' ? target : `/taps/${target}`,
        ...(owner === undefined ? {} : { owner }),
        ...(packetLength === undefined || cloud === 'azure' ? {} : { packetLength }),
      })),
    );

const INCOMPLETE: readonly InventoryKind[] = ['machines', 'sources', 'attachments', 'targets', 'filters'];

/** Cases of one cloud. `isWhole`: everything was read. */
export const cases = (cloud: Cloud, isWhole: boolean): fc.Arbitrary<Case> =>
  fc
    .record({
      config: config(cloud),
      sources: fc.tuple(...[0, 1, 2, 3, 4].map((at) => source(cloud, at))),
      capacity: fc.constantFrom(undefined, 1, 3),
      unhealthy: fc.subarray([...TARGETS]),
      filters: fc.tuple(...DRAWN.map(filter)),
      incomplete: isWhole ? fc.constant<InventoryKind[]>([]) : fc.subarray([...INCOMPLETE], { minLength: 1 }),
    })
    .chain((draft) =>
      fc
        .tuple(...draft.sources.map(({ id }) => attachments(cloud, id)))
        .map((perSource) => ({ ...draft, attachments: perSource.flat() })),
    )
    .map((draft) => ({
      config: draft.config,
      world: withFilters(draft.filters, {
        cloud,
        machines: draft.sources.flatMap(({ machine, machineState }) =>
          machine === null || machine === undefined ? [] : [{ id: machine, state: machineState }],
        ),
        sources: draft.sources,
        attachments: draft.attachments,
        targets: TARGETS.map((id) => ({
          id: cloud === 'aws' ? id : `/taps/${id}`,
          load: draft.attachments.filter(({ target }) => target.endsWith(id)).length,
          ...(draft.capacity === undefined ? {} : { capacity: draft.capacity }),
          ...(draft.unhealthy.includes(id) ? { unhealthy: 'its listener is gone' } : {}),
        })),
        filters: WHOLE,
        incomplete: draft.incomplete.map((kind) => ({ kind, why: `${kind} could not be read` })),
      }),
    }));

function withFilters(filters: readonly Filter[], sketch: WorldSketch): World {
  const world = toWorld(sketch);
  return { ...world, filters: [...world.filters, ...filters] };
}
