import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../shared/config/parse.ts';
import { toFilters } from '../../../shared/plan/coverage.ts';
import { toWorld, type FilterSketch } from '../../world.ts';

const FILTERS: readonly FilterSketch[] = [
  { id: 'tmf-0a11', accepts: ['ingress', 'egress'] },
  { id: 'tmf-06', accepts: ['ingress 6', 'egress 6'] },
  { id: 'tmf-017', accepts: ['ingress 17', 'egress 17'] },
  { id: 'tmf-0617', accepts: ['ingress 6', 'egress 6', 'ingress 17', 'egress 17'] },
  { id: 'tmf-0e', accepts: [] },
];

/** Destinations `a`, `b` and so on, each with a filter and a number, that one rule mirrors to. */
function warningsOf(
  destinations: readonly (readonly [filter: string, number: number])[],
  filters = FILTERS,
): readonly string[] {
  const names = destinations.map((_, at) => String.fromCharCode(97 + at));
  const lines = destinations.map(
    ([filter, number], at) =>
      `  ${names[at]}: { cloud: aws, region: us-east-1, target: tmt-0${at}, filter: ${filter}, sessionNumber: ${number} }`,
  );
  const text = `version: 1
owner: soc
destinations:
${lines.join('\n')}
rules:
  - { name: r, when: { tag: a }, mirror: [${names.join(', ')}] }
`;
  const parsed = parseConfig(text, toFilters(toWorld({ filters }).filters));
  const problems = parsed.kind === 'valid' ? parsed.warnings : parsed.problems;
  return problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('destinations whose filters are known', () => {
  it('are warned of when one takes all that another one accepts', () => {
    expect(
      warningsOf([
        ['tmf-0a11', 100],
        ['tmf-06', 200],
      ]),
    ).toEqual([
      expect.stringMatching(/^destinations\.b: `a` \(session number 100\) takes all that filter tmf-06 accepts/),
    ]);
    expect(
      warningsOf([
        ['tmf-06', 200],
        ['tmf-0a11', 100],
      ]),
    ).toEqual([expect.stringMatching(/^destinations\.a: `b`/)]);
  });

  it('are warned of when several take together what none of them takes alone', () => {
    expect(
      warningsOf([
        ['tmf-06', 100],
        ['tmf-017', 200],
        ['tmf-0617', 300],
      ]),
    ).toEqual([
      expect.stringMatching(
        /^destinations\.c: `a` \(session number 100\) and `b` \(session number 200\) together take/,
      ),
    ]);
  });

  it('are warned of in the account where it is so', () => {
    const byAccount = '{ "111111111111": tmf-06, "222222222222": tmf-017 }';
    expect(
      warningsOf([
        ['{ "222222222222": tmf-0617 }', 100],
        [byAccount, 200],
      ]),
    ).toEqual([expect.stringContaining('all that filter tmf-017 accepts')]);
  });

  it.each([
    [
      'the narrow one comes first',
      [
        ['tmf-06', 100],
        ['tmf-0a11', 200],
      ],
    ],
    [
      'they share nothing',
      [
        ['tmf-06', 100],
        ['tmf-017', 200],
      ],
    ],
    [
      'nothing is known of the wide one',
      [
        ['tmf-0b', 100],
        ['tmf-06', 200],
      ],
    ],
    [
      'they never meet in one account',
      [
        ['{ "111111111111": tmf-0a11 }', 100],
        ['{ "222222222222": tmf-06 }', 200],
      ],
    ],
  ] as const)('are nothing to warn of when %s', (_, destinations) => {
    expect(warningsOf(destinations)).toEqual([]);
  });

  it('are warned of when a filter accepts nothing', () => {
    expect(warningsOf([['tmf-0e', 100]])).toEqual(['destinations.a: filter tmf-0e accepts no packet']);
    expect(
      warningsOf([
        ['tmf-0a11', 100],
        ['tmf-0e', 200],
      ]),
    ).toHaveLength(1);
  });

  it('are compared by their filters ids where no filter is known', () => {
    expect(
      warningsOf(
        [
          ['tmf-0a11', 100],
          ['tmf-06', 200],
        ],
        [],
      ),
    ).toEqual([]);
    expect(
      warningsOf(
        [
          ['tmf-06', 100],
          ['tmf-06', 200],
        ],
        [],
      ),
    ).toEqual([expect.stringContaining('has filter tmf-06 too')]);
  });
});
