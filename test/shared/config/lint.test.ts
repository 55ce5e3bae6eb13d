import { describe, expect, it } from 'vitest';
import { foundIn, problemsOf, withDestinations } from './problems.ts';

/** Warnings of a file whose one rule mirrors to all that there is, under a condition that begins on line 7, column 22. */
const warningsOf = (condition: string, more = ''): readonly string[] =>
  problemsOf(withDestinations(`rules:\n  - { name: r, when: ${condition}, mirror: [sensor, tap] }\n${more}`));

describe('a condition that can never hold', () => {
  it.each([
    ['two values of one tag', '{ all: [{ tag: a, equals: x }, { tag: a, in: [y, z] }] }', 'no value of tag `a`'],
    [
      'a value that its glob refuses',
      '{ all: [{ tag: a, equals: x }, { tag: a, glob: "y*" }] }',
      'no value of tag `a`',
    ],
    [
      'a value that is excluded',
      '{ all: [{ tag: a, equals: x }, { not: { tag: a, in: [x, y] } }] }',
      'no value of tag `a`',
    ],
    [
      'a value of a tag that is to be absent',
      '{ all: [{ tag: a, equals: x }, { not: { tag: a } }] }',
      'no value of tag `a`',
    ],
    [
      'a glob of a tag that is to be absent',
      '{ all: [{ tag: a, glob: "x*" }, { not: { tag: a } }] }',
      'no value of tag `a`',
    ],
    ['two regions', '{ all: [{ region: us-east-1 }, { region: [us-west-1, eastus] }] }', 'no value of `region`'],
    [
      'itself and its opposite',
      '{ all: [{ any: [{ tag: a }, { tag: b }] }, { not: { any: [{ tag: a }, { tag: b }] } }] }',
      'none of the conditions under `any`',
    ],
    [
      'nested conditions',
      '{ all: [{ tag: a, equals: x }, { all: [{ tag: b }, { tag: a, equals: y }] }] }',
      'no value of tag `a`',
    ],
    ['no branch', '{ any: [{ all: [{ tag: a }, { not: { tag: a } }] }] }', 'none of the conditions under `any`'],
  ])('wants %s', (_, condition, why) => {
    expect(warningsOf(condition)).toEqual([expect.stringMatching(/^7:22 rules\[0\]\.when: this can never hold: /)]);
    expect(warningsOf(condition)[0]).toContain(why);
  });

  it.each([
    ['two values that overlap', '{ all: [{ tag: a, in: [x, y] }, { tag: a, in: [y, z] }] }'],
    ['tags that differ in case, which are two on AWS', '{ all: [{ tag: a, equals: x }, { tag: A, equals: y }] }'],
    ['a region in two spellings', '{ all: [{ region: eastus }, { region: East US }] }'],
    ['any of two values', '{ any: [{ tag: a, equals: x }, { tag: a, equals: y }] }'],
    ['two tags that are to be absent', '{ not: { any: [{ tag: a }, { tag: b }] } }'],
    ['not both of two values', '{ all: [{ not: { tag: a, equals: x } }, { not: { tag: a, equals: y } }] }'],
    ['a glob and another value excluded', '{ all: [{ tag: a, glob: "x*" }, { not: { tag: a, equals: x1 } }] }'],
    ['not all of opposites', '{ not: { all: [{ tag: a }, { not: { tag: a } }] } }'],
  ])('is not one that wants %s', (_, condition) => {
    expect(warningsOf(condition).filter((warning) => warning.includes('when: this can never hold'))).toEqual([]);
  });

  it('is pointed at where it stands', () => {
    const inner = '{ all: [{ tag: a }, { not: { tag: a } }] }';
    expect(warningsOf(`{ any: [{ tag: b }, ${inner}] }`)).toEqual([
      expect.stringContaining('7:42 rules[0].when.any[1]: this can never hold'),
    ]);
  });
});

describe('a rule that never acts', () => {
  const never = (condition: string, more = ''): string => `  - { name: out, when: ${condition}, never: true${more} }\n`;

  it('is taken away by a `never` rule with the same condition', () => {
    expect(warningsOf('{ tag: a }', never('{ tag: a }'))).toEqual([
      '7:22 rules[0].when: wherever this holds, `out` takes it away; only a `required` rule would stand',
    ]);
  });

  it('is taken away by a `never` rule that demands less', () => {
    expect(warningsOf('{ all: [{ tag: a }, { tag: b }] }', never('{ tag: b }'))).toHaveLength(1);
  });

  it.each([
    ['demands more', '{ all: [{ tag: a }, { tag: b }] }', ''],
    ['demands something else', '{ tag: b }', ''],
    ['is about primary interfaces only', '{ tag: a }', ', interfaces: primary'],
  ])('is not one where the `never` rule %s', (_, condition, more) => {
    expect(warningsOf('{ tag: a }', never(condition, more))).toEqual([]);
  });

  it('is not one that is required', () => {
    const rules = `rules:\n  - { name: r, when: { tag: a }, required: true, mirror: [sensor, tap] }\n${never('{ tag: a }')}`;
    expect(problemsOf(withDestinations(rules))).toEqual([]);
  });
});

describe('a glob', () => {
  it.each(['*', '**'])('%s matches every value', (glob) => {
    expect(warningsOf(`{ tag: a, glob: "${glob}" }`)).toEqual([
      `7:38 rules[0].when.glob: \`${glob}\` matches every value; \`{ tag: a }\` says the same`,
    ]);
  });

  it.each(['?', '?*', 'a*', '*a'])('%s does not', (glob) => {
    expect(warningsOf(`{ tag: a, glob: "${glob}" }`)).toEqual([]);
  });
});

describe('what no rule mirrors to', () => {
  const rules = (names: string): string => `rules:\n  - { name: r, when: { tag: a }, mirror: ${names} }\n`;

  it('is a destination that is nowhere named', () => {
    expect(problemsOf(withDestinations(rules('[sensor]')))).toEqual(['5:3 destinations.tap: no rule mirrors to `tap`']);
  });

  it('is a pool that is nowhere named, with its members', () => {
    expect(problemsOf(withDestinations(`pools: { p: [tap] }\n${rules('[sensor]')}`))).toEqual([
      '5:3 destinations.tap: no rule mirrors to `tap`',
      '6:10 pools.p: no rule mirrors to `p`',
    ]);
  });

  it.each(['[sensor, p]', '{ fromTag: a, among: [sensor, p] }'])('is not the member of a pool in %s', (names) => {
    expect(problemsOf(withDestinations(`pools: { p: [tap] }\n${rules(names)}`))).toEqual([]);
  });
});

describe('destinations that meet on one interface', () => {
  const file = (second: string, mirror = '[a, b]', pools = ''): string => `version: 1
owner: soc
destinations:
  a: { cloud: aws, region: us-east-1, target: tmt-0a, filter: tmf-0a, sessionNumber: 100 }
  b: { cloud: aws, ${second} }
${pools}
rules:
  - { name: r, when: { tag: a }, mirror: ${mirror} }
`;
  const other = 'region: us-east-1, target: tmt-0b, filter: tmf-0b, sessionNumber: 200';
  const sameNumber = other.replace('200', '100');
  const sameFilter = other.replace('tmf-0b', 'tmf-0a');

  it.each([
    ['one number', sameNumber, '5:3 destinations.b: `a` has session number 100 too'],
    ['one filter', sameFilter, '5:3 destinations.b: `a` has filter tmf-0a too'],
    ['one filter in some account', other.replace('tmf-0b', '{ "123456789012": tmf-0a }'), '`a` has filter tmf-0a too'],
  ])('have %s', (_, second, message) => {
    expect(problemsOf(file(second))).toEqual([expect.stringContaining(message)]);
    expect(problemsOf(file(second, '{ fromTag: m, among: [a, b] }'))).toHaveLength(1);
    expect(problemsOf(file(second, '[a, p]', 'pools: { p: [b] }'))).toHaveLength(1);
  });

  it.each([
    ['are different throughout', file(other)],
    ['are in different regions', file(sameNumber.replace('us-east-1', 'us-west-2'))],
    ['are one target and filter', file(sameFilter.replace('tmt-0b', 'tmt-0a'))],
    ['are members of one pool', file(sameFilter, '[p]', 'pools: { p: [a, b] }')],
  ])('are nothing to warn of when they %s', (_, text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  it('are told once, however many rules name them', () => {
    const twice = `${file(sameFilter)}  - { name: s, when: { tag: b }, mirror: [b, a] }\n`;
    expect(foundIn(twice)).toHaveLength(1);
  });
});

it('warnings do not make a file invalid', () => {
  expect(foundIn(withDestinations(''))).toEqual([
    expect.objectContaining({ severity: 'warning', path: 'destinations.sensor' }),
    expect.objectContaining({ severity: 'warning', path: 'destinations.tap' }),
  ]);
});
