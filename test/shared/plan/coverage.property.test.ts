import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFilterId } from '../../../shared/ids.ts';
import { toFilters, verdictsOf } from '../../../shared/plan/coverage.ts';
import type { Filter, FilterRule, PortRange } from '../../../shared/words.ts';
import { READINGS, verdictOn, type Packet } from './naive-filter.ts';
import { allPackets, beginningsOf, drawPacket, edgesOf, seeded } from './packets.ts';

/** Few networks and ports, inside each other and side by side, so that rules meet often. */
const CIDRS_IPV4 = [
  '0.0.0.0/0',
  '0.0.0.0/1',
  '128.0.0.0/1',
  '10.0.0.0/8',
  '10.1.0.0/16',
  '10.1.2.0/24',
  '10.1.3.0/24',
  '10.1.2.0/23',
  '10.1.2.3/32',
  '10.1.2.77/24',
  '255.255.255.255/32',
];
const CIDRS_IPV6 = [
  '::/0',
  '::/1',
  '8000::/1',
  '2001:db8::/32',
  '2001:db8:1::/48',
  '2001:db8:1:2::/64',
  '2001:db8:1:2::9/64',
  '::1/128',
];
const ENDS = [0, 1, 52, 53, 54, 80, 443, 1_024, 65_534, 65_535];

const cidr = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...CIDRS_IPV4) },
  { weight: 2, arbitrary: fc.constantFrom(...CIDRS_IPV6) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([address, length]) => `${address}/${length}`),
  },
);

const ports = fc.option(
  fc
    .tuple(fc.constantFrom(...ENDS), fc.constantFrom(...ENDS))
    .map(([a, b]): PortRange => ({ from: Math.min(a, b), to: Math.max(a, b) })),
  { freq: 2 },
);

const rule = (protocols: readonly (number | null)[]): fc.Arbitrary<Omit<FilterRule, 'number'>> =>
  fc.record({
    direction: fc.constantFrom('ingress', 'egress'),
    action: fc.constantFrom('accept', 'accept', 'reject'),
    protocol: fc.constantFrom(...protocols),
    sourceCidr: cidr,
    destinationCidr: cidr,
    sourcePorts: ports,
    destinationPorts: ports,
  });

const PROTOCOLS = [6, 6, 17, null, 1, 132];

/** Rules in any order of their numbers. */
const filter = (id: string, maxLength: number): fc.Arbitrary<Filter> =>
  fc
    .tuple(
      fc.array(rule(PROTOCOLS), { maxLength }),
      fc.shuffledSubarray([1, 2, 3, 5, 8, 13, 100, 200, 300, 32_766], { minLength: 10 }),
      fc.constantFrom(false, false, true),
    )
    .map(([rules, numbers, mirrorsDns]) => ({
      id: parseFilterId(id),
      rules: rules.map((one, at) => ({ ...one, number: numbers[at] ?? 0 })),
      mirrorsDns,
    }));

const keysOf = (filters: readonly Filter[]): ReadonlySet<string> =>
  new Set(
    verdictsOf(
      filters.map(({ id }) => id),
      toFilters(filters),
    ).map((verdicts) => verdicts.join(' ')),
  );

/** What the filters say of a packet, in each way of reading them. */
const naively = (packet: Packet, filters: readonly Filter[]): readonly string[] =>
  READINGS.map((reading) => filters.map((one) => verdictOn(packet, one, reading)).join(' '));

const RUNS = 2_000;
const DRAWS = 40;

describe('verdicts, compared with packets', () => {
  it.each([
    ['two filters of up to ten rules', [filter('tmf-a', 10), filter('tmf-b', 10)]],
    ['three small filters', [filter('tmf-a', 4), filter('tmf-b', 4), filter('tmf-c', 4)]],
  ])('of %s: every packet gets one that is listed', (_, arbitraries) => {
    fc.assert(
      fc.property(fc.tuple(...arbitraries), fc.integer(), (filters, seed) => {
        const listed = keysOf(filters);
        const [edges, pick] = [edgesOf(filters), seeded(seed)];
        for (let draw = 0; draw < DRAWS; draw++) {
          const packet = drawPacket(edges, pick);
          for (const verdicts of naively(packet, filters)) {
            if (!listed.has(verdicts)) expect.fail(`${JSON.stringify(packet)} gets ${verdicts}`);
          }
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('there is a packet for every one that is listed', () => {
    fc.assert(
      fc.property(fc.tuple(filter('tmf-a', 2), filter('tmf-b', 2)), fc.integer(), (filters, seed) => {
        const missing = new Set(keysOf(filters));
        const [edges, pick] = [edgesOf(filters), seeded(seed)];
        for (let draw = 0; draw < 1_000 && missing.size > 0; draw++) {
          for (const verdicts of naively(drawPacket(edges, pick), filters)) missing.delete(verdicts);
        }
        if (missing.size === 0) return;
        for (const packet of allPackets(beginningsOf(filters))) {
          for (const verdicts of naively(packet, filters)) missing.delete(verdicts);
          if (missing.size === 0) return;
        }
        expect([...missing]).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});
