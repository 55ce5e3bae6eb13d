import type { Outcome } from '../ports.ts';
import type { Report } from '../reconcile/report.ts';
import type { Paint, Tone } from './paint.ts';
import { alarmsOf, nameScope, type PlanLine, toChangeLine, toHoldLine } from './plan-view.ts';
import { printable } from './printable.ts';

/** What became of plans, as text: what was done, what was refused and what is still held; counts come last. */
export function printReportText(reports: readonly Report[], paint: Paint): string {
  const count = (name: string): number => reports.reduce((sum, { counts }) => sum + (counts[name] ?? 0), 0);
  const held = reports.reduce((sum, { holds }) => sum + holds.length, 0);
  const total = `${count('done')} done, ${count('gone')} gone, ${count('refused')} refused, ${held} held`;
  return `${[...reports.map((report) => block(report, paint)), paint('title', `${total}.`)].join('\n\n')}\n`;
}

function block({ plan, outcomes, holds }: Report, paint: Paint): string {
  const tried = outcomes.filter(({ kind }) => kind !== 'held').map((outcome) => wordOutcome(outcome, paint));
  const withheld = holds.map((hold) => wordLine('hold', 'held', toHoldLine(hold), paint));
  const alarms = plan === null ? [] : alarmsOf(plan).map((alarm) => paint('alarm', `  ! ${alarm}`));
  const lines = [...alarms, ...tried, ...withheld];
  return [
    paint('title', plan === null ? 'paused: nothing was read' : nameScope(plan.scope)),
    ...lines,
    ...(lines.length === 0 ? [paint('faint', '  nothing to do')] : []),
  ].join('\n');
}

function wordOutcome(outcome: Outcome, paint: Paint): string {
  const line = toChangeLine(outcome.change);
  switch (outcome.kind) {
    case 'done':
      return wordLine(line.tone, 'done', line, paint);
    case 'held':
      return wordLine('hold', 'held', { ...line, why: printable(outcome.hold.detail) }, paint);
    case 'gone':
    case 'conflict':
      return wordLine('hold', outcome.kind, { ...line, why: printable(outcome.detail) }, paint);
    case 'failed':
      return wordLine('alarm', 'failed', { ...line, why: printable(`${outcome.code}: ${outcome.detail}`) }, paint);
  }
}

const wordLine = (tone: Tone, word: string, { symbol, verb, on, what, why }: PlanLine, paint: Paint): string =>
  `  ${paint(tone, `${symbol} ${word.padEnd(8)}`)} ${verb === word ? '' : `${verb} `}${on}  ${what}${why === '' ? '' : paint('faint', `  # ${why}`)}`;
