import { describe, expect, test, vi } from 'vitest';
import { createJournal } from '../../../functions/journal.ts';
import { FAULTS, type FaultCode } from '../../../shared/fault.ts';
import type { JournalEntry } from '../../../shared/journal.ts';
import type { Change, Hold } from '../../../shared/plan/change.ts';
import { HOLDS, type HoldCode, needsPerson } from '../../../shared/reason.ts';
import type { Deployment } from './bicep/deploy.ts';
import { deployMain, propertiesOf, writesOf } from './deployed.ts';

interface Alert {
  readonly name: string;
  readonly says: string;
  readonly query: string;
}

interface Rule {
  readonly displayName: string;
  readonly description: string;
  readonly skipQueryValidation: boolean;
  readonly criteria: { readonly allOf: readonly { readonly query: string }[] };
  readonly actions: { readonly actionGroups: readonly string[] };
}

const rulesOf = (deployment: Deployment): readonly Rule[] =>
  writesOf(deployment, 'Microsoft.Insights/scheduledQueryRules').map((write) => propertiesOf(write) as unknown as Rule);

const alerts: readonly Alert[] = rulesOf(deployMain({ subscriptions: ['AAAA', 'bbbb'] })).map((rule) => ({
  name: rule.displayName.replace('tapkeeper-soc: ', ''),
  says: rule.description,
  query: rule.criteria.allOf.map(({ query }) => query).join(),
}));
const queryOf = (name: string): string => alerts.find((alert) => alert.name === name)?.query ?? '';

/** Each kind of line, as the compiler knows them. */
const KINDS = {
  planned: true,
  applied: true,
  held: true,
  noted: true,
  refused: true,
  gone: true,
  continued: true,
  'dead-letters': true,
  released: true,
  'guard-tripped': true,
  incomplete: true,
  fault: true,
  finished: true,
} as const satisfies Record<JournalEntry['kind'], true>;

type Row = Readonly<Record<string, string>>;

/** A line of the journal with the columns that the queries give it. */
function rowOf(entry: Partial<JournalEntry> & Pick<JournalEntry, 'kind'>): Row {
  const lines: string[] = [];
  const written = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  createJournal({ now: () => 0 }).write({ correlation: '', scope: null, rulesVersion: null, ...entry } as JournalEntry);
  written.mockRestore();
  const line = JSON.parse(lines.join('')) as Row;
  return { kind: line['kind'] ?? '', level: line['level'] ?? '', code: line['code'] ?? '' };
}

/** What one comparison of a query says: `kind == "fault"`, or `code in ("denied", "quota")`. */
function holds(comparison: string, row: Row): boolean {
  const match = /^(kind|level|code) (?:== ("[^"]+")|in \(([^)]+)\))$/.exec(comparison);
  if (match === null) throw new Error(`This comparison is not known: ${comparison}`);
  const [, column = '', one, several] = match;
  return (one ?? several ?? '').includes(`"${row[column] ?? ''}"`);
}

/** Whether the condition at the end of a query holds: comparisons with `and`, or several such in parentheses with `or`. */
function fires(name: string, row: Row): boolean {
  const condition = queryOf(name).split(' | where ').at(-1) ?? '';
  const alternatives = condition.startsWith('(') ? condition.slice(1, -1).split(') or (') : [condition];
  return alternatives.some((all) => all.split(' and ').every((comparison) => holds(comparison, row)));
}

const CONDITIONS = ['given-up', 'config-invalid', 'guard-tripped', 'failed', 'held'];
const firing = (row: Row): readonly string[] => CONDITIONS.filter((name) => fires(name, row));

const fault = (code: FaultCode): Row => rowOf({ kind: 'fault', code, detail: '' });
const refused = (code: FaultCode): Row => rowOf({ kind: 'refused', code, detail: '', change: {} as Change });
const held = (code: HoldCode): Row => rowOf({ kind: 'held', hold: { code } as Hold });

describe('alerts', () => {
  test.each(Object.keys(FAULTS) as FaultCode[])('a fault that is %s', (code) => {
    const isPersons = FAULTS[code] === 'operator' || code === 'unexpected';
    // A guard that tripped has a line of its own kind.
    const expected = code === 'config-invalid' ? ['config-invalid'] : isPersons ? ['failed'] : [];
    expect(firing(fault(code))).toEqual(code === 'guard-tripped' ? [] : expected);
  });

  test.each(Object.keys(FAULTS) as FaultCode[])('a change that was refused as %s', (code) => {
    expect(firing(refused(code))).toEqual(FAULTS[code] === 'operator' ? ['failed'] : []);
  });

  test.each(Object.keys(HOLDS) as HoldCode[])('a hold that is %s', (code) => {
    expect(firing(held(code))).toEqual(needsPerson(code) ? ['held'] : []);
  });

  test('what was given up, and a guard that tripped', () => {
    expect(firing(rowOf({ kind: 'dead-letters', lane: 'event', messages: 1 }))).toEqual(['given-up']);
    expect(firing(rowOf({ kind: 'guard-tripped', trips: [] }))).toEqual(['guard-tripped']);
  });

  test('name only kinds of lines that there are, and codes of faults', () => {
    const text = alerts.map(({ query }) => query).join('\n');
    const kinds = [...text.matchAll(/\bkind == "([^"]+)"/g)].map(([, kind]) => kind);
    expect(kinds.length).toBeGreaterThanOrEqual(alerts.length);
    expect(kinds.filter((kind) => kind === undefined || !(kind in KINDS))).toEqual([]);
    const codes = [...text.matchAll(/\bcode (?:==|in) \(?([^)]+?)(?:\)|$)/gm)].flatMap(([, list = '']) =>
      [...list.matchAll(/"([^"]+)"/g)].map(([, code]) => code),
    );
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => code === undefined || !(code in FAULTS))).toEqual([]);
  });

  test('a sweep is missed in each of the subscriptions, unless the deployment is paused', () => {
    const query = queryOf('sweep-missing');
    const sweep: JournalEntry = {
      correlation: '',
      scope: null,
      rulesVersion: null,
      kind: 'finished',
      trigger: 'sweep',
      mode: 'paused',
      counts: {},
      tookMs: 0,
    };
    expect(query).toContain('split("aaaa,bbbb", ",")');
    expect(query).toContain(`tostring(line.trigger) == "${sweep.trigger}"`);
    expect(query).toContain(`tostring(line.mode) == "${sweep.mode}"`);
  });

  test('what every sweep could not read is told of, however far apart sweeps are', () => {
    const query = queryOf('incomplete');
    expect(query).toContain('by account, correlation = tostring(line.correlation) | where swept > 0');
    expect(query).toContain('| where sweeps >= 2 and whole == 0');
    expect(query).not.toContain('TimeGenerated');
  });

  test('start with their table, and are taken by a workspace that does not know it yet', () => {
    // https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-log-query#log-query-constraints
    expect(alerts.filter(({ query }) => !query.startsWith('AppTraces | '))).toEqual([]);
    const checked = rulesOf(deployMain()).filter(({ skipQueryValidation }) => !skipQueryValidation);
    expect(checked).toEqual([]);
  });

  test('are told to somebody only where somebody is named', () => {
    const toldOf = (alertEmail: string) =>
      rulesOf(deployMain({ alertEmail })).flatMap(({ actions }) => actions.actionGroups);
    expect(toldOf('')).toEqual([]);
    expect(toldOf('soc@example.com').length).toBe(alerts.length);
  });

  test('each has a name of its own, and says what to do', () => {
    expect(new Set(alerts.map(({ name }) => name)).size).toBe(alerts.length);
    expect(alerts.filter(({ says }) => says.length < 40)).toEqual([]);
  });
});
