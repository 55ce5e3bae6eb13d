import type { Plan } from '../plan/change.ts';
import { type PlanLine, type PlanView, sayTotal, toPlanView } from './plan-view.ts';

/** Plans as an HTML fragment without style or script of its own; everything in it is escaped. */
export function printPlanHtml(plans: readonly Plan[]): string {
  const blocks = plans.map((plan) => block(toPlanView(plan)));
  return `<div class="plans">${blocks.join('')}<p class="counts">${escapeHtml(sayTotal(plans))}</p></div>`;
}

function block(view: PlanView): string {
  const alarms = view.alarms.map((alarm) => `<p class="alarm">${escapeHtml(alarm)}</p>`).join('');
  const lines =
    view.lines.length === 0
      ? '<p class="faint">no change</p>'
      : `<table><thead><tr><th>change</th><th>interface</th><th>what</th><th>why</th></tr></thead><tbody>${view.lines.map(row).join('')}</tbody></table>`;
  const interruptions =
    view.interruptions === '' ? '' : `<p class="interruptions">${escapeHtml(view.interruptions)}</p>`;
  const heading = `<h3>${escapeHtml(view.title)}</h3>`;
  return `<section class="plan">${heading}${alarms}${lines}${interruptions}<p class="faint">rules ${escapeHtml(view.rulesVersion)}, digest ${escapeHtml(view.digest)}</p></section>`;
}

function row({ tone, symbol, verb, on, what, why, remedy }: PlanLine): string {
  const toDo = remedy === '' ? '' : `<br><span class="faint">to do: ${escapeHtml(remedy)}</span>`;
  const cells = [`${escapeHtml(symbol)} ${escapeHtml(verb)}`, escapeHtml(on), escapeHtml(what), escapeHtml(why) + toDo];
  return `<tr class="${tone}">${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that means itself in an element or a quoted attribute. */
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
