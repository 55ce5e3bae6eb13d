import { parseFilterId } from '../shared/ids.ts';
import { verdictsOf } from '../shared/plan/coverage.ts';
import type { Filter, FilterRule, PortRange } from '../shared/words.ts';
import { seeded, type Pick } from './seeded.ts';
import { medianOf, toRow, type Row } from './table.ts';

const PAIRS = 5_000;
/** The quota of rules per filter (https://docs.aws.amazon.com/vpc/latest/mirroring/traffic-mirroring-quotas.html). */
const RULES = 10;

/** Networks inside each other and beside each other, as in filters that people write; every eighth is IPv6. */
function toCidr(pick: Pick, isIpv6: boolean): string {
  if (isIpv6) return ['::/0', `2001:db8:${pick(4)}::/48`, `2001:db8:${pick(4)}:${pick(4)}::/64`][pick(3)] ?? '';
  return ['0.0.0.0/0', '10.0.0.0/8', `10.${pick(4)}.0.0/16`, `10.${pick(4)}.${pick(4)}.0/24`][pick(4)] ?? '';
}

function toPorts(pick: Pick): PortRange | null {
  const from = [22, 53, 80, 443, 1_024, 8_080][pick(6)] ?? 0;
  return pick(2) === 0 ? null : { from, to: from + ([0, 10, 20_000][pick(3)] ?? 0) };
}

function toRule(pick: Pick, at: number): FilterRule {
  const protocol = [6, 17, 1, null][pick(4)] ?? null;
  const hasPorts = protocol === 6 || protocol === 17;
  const isIpv6 = pick(8) === 0;
  return {
    direction: pick(2) === 0 ? 'ingress' : 'egress',
    number: (at + 1) * 10,
    action: pick(4) === 0 ? 'reject' : 'accept',
    protocol,
    sourceCidr: toCidr(pick, isIpv6),
    destinationCidr: toCidr(pick, isIpv6),
    sourcePorts: hasPorts ? toPorts(pick) : null,
    destinationPorts: hasPorts ? toPorts(pick) : null,
  };
}

const toFilter = (pick: Pick, id: string): Filter => ({
  id: parseFilterId(id),
  rules: Array.from({ length: RULES }, (_, at) => toRule(pick, at)),
  mirrorsDns: pick(4) === 0,
});

/** Microseconds of one comparison of two filters that nobody has asked for before. */
function microsecondsOf([first, second]: readonly [Filter, Filter]): number {
  const filters = new Map([first, second].map((filter) => [filter.id, filter]));
  const before = performance.now();
  verdictsOf([first.id, second.id], filters);
  return (performance.now() - before) * 1_000;
}

/** How long it takes to say which packets two filters share, over random filters as large as they may be. */
export function measureCoverage(): readonly Row[] {
  const pick = seeded(42);
  const pairs = Array.from({ length: PAIRS }, () => [toFilter(pick, 'tmf-1'), toFilter(pick, 'tmf-2')] as const);
  const times = pairs.map(microsecondsOf);
  const what = `compare two filters of ${RULES} rules, median of ${PAIRS.toLocaleString('en-US')} random pairs`;
  return [toRow(what, medianOf(times), { most: 200 }, 'µs')];
}
