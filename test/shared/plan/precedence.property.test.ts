import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../shared/config/parse.ts';
import type { Plan } from '../../../shared/plan/change.ts';
import { ALWAYS_OPEN } from '../../../shared/plan/interruption.ts';
import { makePlan } from '../../../shared/plan/plan.ts';
import { compileRules } from '../../../shared/rules/compile.ts';
import type { Filter, RulesVersion, World } from '../../../shared/words.ts';
import { toWorld, type AttachmentSketch, type FilterSketch, type RuleSketch } from '../../world.ts';
import { READINGS, verdictOn, type Packet, type Reading } from './naive-filter.ts';
import { allPackets, beginningsOf } from './packets.ts';

/** What is not documented about filters one after the other. */
const REJECTS = ['ends-the-search', 'goes-on'] as const;
type Reject = (typeof REJECTS)[number];

const rule: fc.Arbitrary<RuleSketch> = fc
  .record({
    direction: fc.constant('ingress' as const),
    action: fc.constantFrom('accept', 'accept', 'reject'),
    protocol: fc.constantFrom(null, 6, 17, 1),
    source: fc.constantFrom('0.0.0.0/0', '0.0.0.0/0', '10.0.0.0/8'),
    sourcePorts: fc.constantFrom(null, null, 53, 443),
  })
  .map(({ protocol, sourcePorts, ...rest }) => ({
    ...rest,
    ...(protocol === null ? {} : { protocol }),
    ...(sourcePorts === null ? {} : { sourcePorts }),
  }));

const filter = (id: string): fc.Arbitrary<FilterSketch> =>
  fc
    .record({ rules: fc.array(rule, { minLength: 1, maxLength: 2 }), dns: fc.constantFrom(false, false, true) })
    .map((rest) => ({ id, ...rest }));

const theirs = (id: string, numbers: readonly number[]): fc.Arbitrary<AttachmentSketch> =>
  fc
    .record({
      number: fc.constantFrom(...numbers),
      target: fc.constantFrom('tmt-0a', 'tmt-0f'),
      filter: fc.constantFrom(id.replace('tms', 'tmf'), id.replace('tms', 'tmf'), 'tmf-0a'),
    })
    .map((rest) => ({ id, source: 'eni-0web', ...rest }));

/** One interface with up to two sessions of others, for which one session with number 100 is wished. */
const scene = fc
  .record({
    filters: fc.tuple(filter('tmf-0a'), filter('tmf-01'), filter('tmf-02')),
    attachments: fc.tuple(theirs('tms-01', [40, 200]), theirs('tms-02', [50, 300])).chain((both) => fc.subarray(both)),
  })
  .map(({ filters, attachments }) =>
    toWorld({
      machines: [{ id: 'i-0web', tags: { mirror: '' } }],
      sources: [{ id: 'eni-0web', machine: 'i-0web' }],
      targets: [{ id: 'tmt-0a' }],
      filters,
      attachments,
    }),
  );

const parsed = parseConfig(`version: 1
owner: soc
destinations:
  sensor: { cloud: aws, region: us-east-1, target: tmt-0a, filter: tmf-0a, sessionNumber: 100 }
rules:
  - { name: tagged, when: { tag: mirror }, mirror: [sensor] }
`);
if (parsed.kind === 'invalid') throw new Error('the rules of this test are invalid');
const { config } = parsed;

const planFor = (world: World): Plan =>
  makePlan({
    world,
    aim: 'wished',
    config,
    ruleSet: compileRules(config),
    rulesVersion: 'test' as RulesVersion,
    nowMs: 0,
    run: { kind: 'observe' },
    basis: 'scope',
    recent: new Set(),
    opening: ALWAYS_OPEN,
    refusals: [],
    hash: (text) => createHash('sha256').update(text).digest('hex'),
  });

interface Session {
  readonly number: number;
  readonly target: string;
  readonly filter: Filter;
}

function sessionsIn({ attachments, filters }: World): readonly Session[] {
  return attachments
    .map(({ settings }) => ({
      number: settings.number ?? 0,
      target: settings.target,
      filter: filters.find(({ id }) => id === settings.filter) as Filter,
    }))
    .sort((a, b) => a.number - b.number);
}

/** The session that takes a packet, by trying one after the other. */
function takerOf(packet: Packet, sessions: readonly Session[], reading: Reading, reject: Reject): Session | null {
  for (const session of sessions) {
    const verdict = verdictOn(packet, session.filter, reading);
    if (verdict === 'accept') return session;
    if (verdict === 'reject' && reject === 'ends-the-search') return null;
  }
  return null;
}

/** What happens to each packet that is wished, in each reading: whether ours or a session to its target gets it. */
function fateOf(world: World) {
  const standing = sessionsIn(world);
  const [wished] = world.filters as [Filter];
  const ours: Session = { number: 100, target: 'tmt-0a', filter: wished };
  const then = [...standing, ours].sort((a, b) => a.number - b.number);
  const packets = [...allPackets(beginningsOf(world.filters))];
  return REJECTS.flatMap((reject) =>
    READINGS.map((reading) => {
      const wanted = packets.filter((packet) => verdictOn(packet, wished, reading) === 'accept');
      return {
        wanted: wanted.length,
        reaching: wanted.filter((packet) => takerOf(packet, then, reading, reject) === ours).length,
        arriving: wanted.filter((packet) => takerOf(packet, standing, reading, reject)?.target === 'tmt-0a').length,
        lost: packets.filter((packet) => {
          const before = takerOf(packet, standing, reading, reject);
          return before !== null && takerOf(packet, then, reading, reject) !== before;
        }).length,
      };
    }),
  );
}

describe('what a plan says of packets, in every reading', () => {
  it('is so', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(scene, (world) => {
        const { changes, holds, notes } = planFor(world);
        const fates = fateOf(world);
        const all = (holds_: (fate: (typeof fates)[number]) => boolean): void => {
          const wrong = fates.filter((fate) => !holds_(fate));
          if (wrong.length > 0) expect.fail(`${[...codes].join(' ')}: ${JSON.stringify(wrong)}`);
        };
        const codes = new Set<string>([...holds, ...notes].map(({ code }) => code));
        const isAttached = changes.length > 0;
        const shadow = notes.find(({ code }) => code === 'partly-shadowed')?.detail ?? null;
        for (const code of [...codes, isAttached ? 'attached' : 'not']) seen.add(code);

        if (isAttached) all(({ lost }) => lost === 0);
        if (holds.some(({ code }) => code === 'shadowed')) all(({ reaching }) => reaching === 0);
        if (codes.has('filter-takes-nothing')) all(({ wanted }) => wanted === 0);
        if (isAttached && codes.size === 0) all(({ reaching, wanted }) => reaching === wanted);
        if (isAttached && shadow !== null && !shadow.includes('or all')) all(({ reaching }) => reaching > 0);
        if (isAttached && shadow?.includes('or all') === true)
          expect(fates.some(({ reaching }) => reaching === 0)).toBe(true);
        if (codes.has('satisfied-by-theirs') && shadow === null) all(({ arriving, wanted }) => arriving === wanted);
        if (codes.has('satisfied-by-theirs') && shadow !== null) all(({ arriving }) => arriving > 0);
      }),
      { numRuns: 1_500 },
    );
    expect([...seen].sort()).toEqual(
      expect.arrayContaining([
        'attached',
        'partly-shadowed',
        'satisfied-by-theirs',
        'shadowed',
        'would-preempt-theirs',
      ]),
    );
  });
});
