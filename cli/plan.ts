import type { Plan } from '../shared/plan/change.ts';
import { printPlanJson } from '../shared/print/json.ts';
import { printPlanMarkdown } from '../shared/print/markdown.ts';
import type { Paint } from '../shared/print/paint.ts';
import { printPlanText } from '../shared/print/text.ts';
import type { Arguments } from './arguments.ts';
import { type Command, JSON_FLAG } from './command.ts';
import { exitCodeOf } from './exit-code.ts';
import { look, LOOK_ARGS } from './look.ts';
import { paintFor } from './paint.ts';

/** Says what would be done and why the rest is not; changes nothing. */
export const plan: Command = {
  name: 'plan',
  description: 'Say what would be attached, changed and detached, and what is held and why',
  args: {
    ...LOOK_ARGS,
    format: {
      type: 'enum',
      options: ['text', 'json', 'markdown'],
      description: 'How to write the plan (default: text)',
    },
    ...JSON_FLAG,
  },
  async run(given, io) {
    const { studies } = await look(given, io);
    const plans = studies.map((study) => study.plan);
    io.out(printPlans(plans, given, paintFor(io.isOutTerminal, io.env)));
    return exitCodeOf(plans);
  },
};

/** Plans in the format that was asked for. */
function printPlans(plans: readonly Plan[], given: Arguments, paint: Paint): string {
  const format = given.flag('json') ? 'json' : (given.text('format') ?? 'text');
  if (format === 'json') return printPlanJson(plans);
  return format === 'markdown' ? printPlanMarkdown(plans) : printPlanText(plans, paint);
}
