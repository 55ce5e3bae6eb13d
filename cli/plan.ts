import type { ArgsDef } from 'citty';
import type { Plan } from '../shared/plan/change.ts';
import { printPlanJson } from '../shared/print/json.ts';
import { printPlanMarkdown } from '../shared/print/markdown.ts';
import type { Paint } from '../shared/print/paint.ts';
import { printPlanText } from '../shared/print/text.ts';
import type { Arguments } from './arguments.ts';
import { type Command, JSON_FLAG } from './command.ts';
import { exitCodeOf } from './exit-code.ts';
import type { Io } from './io.ts';
import { paintFor } from './paint.ts';
import { planWorlds } from './offline.ts';
import { loadRules, rulesPathOf } from './rules-file.ts';
import { SCOPE_ARGS, scopeFilter } from './scopes.ts';
import { readSnapshot } from './snapshot-file.ts';

/** How plans are written. */
export const FORMAT_ARGS = {
  format: { type: 'enum', options: ['text', 'json', 'markdown'], description: 'How to write the plan (default: text)' },
  ...JSON_FLAG,
} satisfies ArgsDef;

/** Says what would be done and why the rest is not; changes nothing. */
export const plan: Command = {
  name: 'plan',
  description: 'Say what would be attached, changed and detached, and what is held and why',
  args: {
    rules: { type: 'string', valueHint: 'file', description: 'The rules file (default: tapkeeper.yaml)' },
    from: { type: 'string', valueHint: 'file', description: 'Plan offline, from a snapshot' },
    ...SCOPE_ARGS,
    ...FORMAT_ARGS,
  },
  async run(given, io) {
    const plans = await makePlans(given, io);
    io.out(printPlans(plans, given, paintFor(io.isOutTerminal, io.env)));
    return exitCodeOf(plans);
  },
};

async function makePlans(given: Arguments, io: Io): Promise<readonly Plan[]> {
  const rulesPath = rulesPathOf(given.text('rules'), io);
  const rules = await loadRules(rulesPath);
  const from = given.text('from');
  if (from === null) {
    // The clouds' SDKs are loaded here and not above: planning from a file takes none of them.
    const { readWorlds } = await import('./live.ts');
    return planWorlds(await readWorlds(given, io), rules, io.now());
  }
  const { worlds, takenAt } = await readSnapshot(from);
  const isMeant = scopeFilter(given);
  return planWorlds(
    worlds.filter(({ scope }) => isMeant(scope)),
    rules,
    Date.parse(takenAt),
  );
}

/** Plans in the format that was asked for. */
export function printPlans(plans: readonly Plan[], given: Arguments, paint: Paint): string {
  const format = given.flag('json') ? 'json' : (given.text('format') ?? 'text');
  if (format === 'json') return printPlanJson(plans);
  return format === 'markdown' ? printPlanMarkdown(plans) : printPlanText(plans, paint);
}
