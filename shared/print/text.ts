import type { Plan } from '../plan/change.ts';
import type { Paint } from './paint.ts';
import { type PlanLine, type PlanView, sayCounts, sayTotal, toPlanView } from './plan-view.ts';

/** Plans as text for a terminal or a log, one block per scope; counts come last. */
export function printPlanText(plans: readonly Plan[], paint: Paint): string {
  const blocks = plans.map((plan) => block(toPlanView(plan), paint));
  const total = paint('title', `${plans.length === 1 ? 'Plan' : `${plans.length} plans`}: ${sayTotal(plans)}.`);
  return `${[...blocks, total].join('\n\n')}\n`;
}

function block(view: PlanView, paint: Paint): string {
  const width = Math.max(0, ...view.lines.map(({ on }) => on.length));
  return [
    paint('title', view.title) + paint('faint', `  rules ${view.rulesVersion}`),
    ...view.alarms.map((alarm) => paint('alarm', `  ! ${alarm}`)),
    ...(view.lines.length === 0
      ? [paint('faint', '  no change')]
      : view.lines.flatMap((one) => line(one, width, paint))),
    ...(view.interruptions === '' ? [] : [paint('alarm', `  ${view.interruptions}`)]),
    paint('faint', `  ${sayCounts(view.counts)}; digest ${view.digest}`),
  ].join('\n');
}

function line({ tone, symbol, verb, on, what, why, remedy }: PlanLine, width: number, paint: Paint): readonly string[] {
  const said = `  ${paint(tone, `${symbol} ${verb.padEnd(8)}`)} ${on.padEnd(width)}  ${what}`;
  return [
    said + (why === '' ? '' : paint('faint', `  # ${why}`)),
    ...(remedy === '' ? [] : [paint('faint', `             to do: ${remedy}`)]),
  ];
}
