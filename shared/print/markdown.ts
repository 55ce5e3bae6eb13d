import type { Plan } from '../plan/change.ts';
import { type PlanLine, type PlanView, sayTotal, toPlanView } from './plan-view.ts';

/** Plans as Markdown, as for a comment on a change of rules; counts come last. */
export function printPlanMarkdown(plans: readonly Plan[]): string {
  const blocks = plans.map((plan) => block(toPlanView(plan)));
  return `${[...blocks, `**${sayTotal(plans)}**`].join('\n\n')}\n`;
}

function block(view: PlanView): string {
  const alarms = view.alarms.map((alarm) => `> **${escape(alarm)}**`);
  const table =
    view.lines.length === 0
      ? ['No change.']
      : ['| | interface | what | why |', '| --- | --- | --- | --- |', ...view.lines.map(row)];
  return [
    `### ${escape(view.title)}`,
    ...(alarms.length === 0 ? [] : [alarms.join('\n>\n')]),
    table.join('\n'),
    ...(view.interruptions === '' ? [] : [`**${escape(view.interruptions)}**`]),
    `Rules \`${view.rulesVersion}\`, digest \`${view.digest}\``,
  ].join('\n\n');
}

function row({ symbol, verb, on, what, why, remedy }: PlanLine): string {
  const reason = [why, remedy === '' ? '' : `To do: ${remedy}`].filter((part) => part !== '').map(escape);
  return `| ${escape(symbol)} ${verb} | ${escape(on)} | ${escape(what)} | ${reason.join('<br>')} |`;
}

/** Tag values reach the view; none may open a table cell, a link, an element or a mention. */
const escape = (text: string): string =>
  text
    .replace(/[\\`*_[\]|~#]/g, (character) => `\\${character}`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;');
