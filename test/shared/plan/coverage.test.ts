import { describe, expect, it } from 'vitest';
import { parseFilterId } from '../../../shared/ids.ts';
import { isReadable, readingsOf, toFilters, verdictsOf } from '../../../shared/plan/coverage.ts';
import { toWorld, type FilterSketch, type RuleSketch } from '../../world.ts';

const filtersOf = (...filters: readonly FilterSketch[]) => toFilters(toWorld({ filters }).filters);
const ids = (...names: readonly string[]) => names.map((name) => parseFilterId(`tmf-${name}`));

/** The combinations of two filters' verdicts, as texts. */
const between = (a: Omit<FilterSketch, 'id'>, b: Omit<FilterSketch, 'id'>): readonly string[] =>
  verdictsOf(ids('a', 'b'), filtersOf({ id: 'tmf-a', ...a }, { id: 'tmf-b', ...b })).map((verdicts) =>
    verdicts.join(' '),
  );

const rules = (...some: readonly Omit<RuleSketch, 'direction'>[]): { readonly rules: readonly RuleSketch[] } => ({
  rules: some.map((rule) => ({ direction: 'ingress', ...rule })),
});

/** From a network to anywhere. */
const from = (source: string) => rules({ source, destination: source.includes(':') ? '::/0' : '0.0.0.0/0' });

describe('what filters say of packets', () => {
  it('says nothing of a filter without rules', () => {
    expect(verdictsOf(ids('a'), filtersOf({ id: 'tmf-a', rules: [] }))).toEqual([['none']]);
  });

  it('tries rules by their numbers, not in the order of the list', () => {
    const filter = rules(
      { number: 200, source: '10.0.0.0/8' },
      { number: 100, action: 'reject', source: '10.0.0.0/8' },
    );
    expect(
      verdictsOf(ids('a'), filtersOf({ id: 'tmf-a', ...filter }))
        .flat()
        .sort(),
    ).toEqual(['none', 'reject']);
  });

  it.each([
    ['10.1.2.0/24', '10.1.3.0/24'],
    ['10.1.2.0/24', '::ffff:10.1.2.0/120'],
    ['0.0.0.0/0', '::/0'],
    ['2001:db8:1::/48', '2001:db8:2::/48'],
    ['255.255.255.255/32', '255.255.255.254/32'],
  ])('finds no packet from both %s and %s', (a, b) => {
    expect(between(from(a), from(b)).toSorted()).toEqual(['accept none', 'none accept', 'none none']);
  });

  it.each([
    ['10.1.2.77/24', '10.1.2.0/24'],
    ['2001:DB8::0:1/64', '2001:db8:0:0::/64'],
    ['::ffff:192.0.2.0/120', '::ffff:c000:0200/120'],
    ['0.0.0.0/0', '1.2.3.4/0'],
  ])('takes %s and %s for the same network', (a, b) => {
    expect(between(from(a), from(b)).toSorted()).toEqual(['accept accept', 'none none']);
  });

  it('matches nothing with a rule from one family to the other', () => {
    const filter = rules({ source: '10.0.0.0/8', destination: '::/0' });
    expect(verdictsOf(ids('a'), filtersOf({ id: 'tmf-a', ...filter }))).toEqual([['none']]);
  });

  it.each(['10.0.0.0/33', '10.0.0.256/24', '10.0.0.0', '2001:db8::1::/64', '1:2:3/64', '::/129', 'pl-0123', ''])(
    'is certain of nothing about the CIDR "%s"',
    (source) => {
      const filters = filtersOf({ id: 'tmf-a', ...rules({ source }) });
      expect(verdictsOf(ids('a'), filters).flat().sort()).toEqual(['accept', 'none']);
      expect(isReadable(parseFilterId('tmf-a'), filters)).toBe(false);
    },
  );

  it('lets a filter that was not read say anything, but the same of one packet wherever it stands', () => {
    const filters = filtersOf({ id: 'tmf-a' });
    expect(verdictsOf(ids('x'), filters)).toHaveLength(3);
    expect(verdictsOf(ids('x', 'x'), filters).every(([one, other]) => one === other)).toBe(true);
    expect(verdictsOf(ids('x', 'y'), filters)).toHaveLength(9);
  });

  it('knows that nothing gets past a filter that takes everything, read or not', () => {
    const all = rules({}, { source: '::/0', destination: '::/0' }).rules;
    const everything = [...all, ...all.map((rule) => ({ ...rule, direction: 'egress' as const }))];
    const filters = filtersOf({ id: 'tmf-all', rules: everything, dns: true }, { id: 'tmf-most', rules: everything });
    expect(readingsOf(ids('all'), filters)).toContainEqual([['accept']]);
    // An unread filter may mirror `amazon-dns`, and that of the resolver is all that the second one leaves.
    expect(verdictsOf(ids('x', 'all'), filters)).not.toContainEqual(['accept', 'none']);
    expect(verdictsOf(ids('x', 'most'), filters)).toContainEqual(['accept', 'none']);
  });

  it('takes everything where there are no filters', () => {
    expect(verdictsOf([null], new Map())).toEqual([['accept']]);
    expect(verdictsOf([null, ...ids('x')], new Map())).toHaveLength(3);
  });
});

describe('what is not documented', () => {
  it('reads ports on a protocol without them in both ways', () => {
    const filters = filtersOf({ id: 'tmf-a', ...rules({ protocol: 1, destinationPorts: 443 }) });
    const readings = readingsOf(ids('a'), filters).map((verdicts) => verdicts.flat().sort());
    expect(readings).toEqual([['accept', 'none'], ['none']]);
  });

  it('does not doubt ports on TCP and UDP', () => {
    const filters = filtersOf({ id: 'tmf-a', ...rules({ protocol: 6, destinationPorts: 443 }) });
    expect(readingsOf(ids('a'), filters)).toHaveLength(1);
  });

  it('lets `amazon-dns` come before or after a rule that rejects', () => {
    const noDns = rules({ action: 'reject', protocol: 17, sourcePorts: 53 });
    const all = filtersOf({ id: 'tmf-a', rules: noDns.rules, dns: true }, { id: 'tmf-b', ...rules({ protocol: 17 }) });
    const inReadings = readingsOf(ids('a', 'b'), all).map((verdicts) => verdicts.map((one) => one.join(' ')));
    expect(inReadings.map((texts) => texts.includes('accept accept'))).toEqual([false, true, false]);
    expect(inReadings.map((texts) => texts.includes('reject accept'))).toEqual([true, true, true]);
  });

  it('adds DNS to and from the resolver in both directions, over UDP and TCP', () => {
    const dns = { rules: [], dns: true };
    const meets = (rule: RuleSketch): boolean => between(dns, { rules: [rule], dns: false }).includes('accept accept');
    expect(meets({ direction: 'egress', protocol: 17, destinationPorts: 53 })).toBe(true);
    expect(meets({ direction: 'ingress', protocol: 6, sourcePorts: [0, 53] })).toBe(true);
    expect(meets({ direction: 'egress', protocol: 17, sourcePorts: 53, destinationPorts: [54, 65_535] })).toBe(false);
    expect(meets({ direction: 'egress', protocol: 1 })).toBe(false);
  });

  it('finds what two filters with `amazon-dns` share, although their rules share nothing', () => {
    expect(between({ rules: [], dns: true }, { rules: [], dns: true })).toContain('accept accept');
  });
});
