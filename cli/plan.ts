import type { ArgsDef } from 'citty';
import { Fault } from '../shared/fault.ts';
import type { Plan } from '../shared/plan/change.ts';
import { printPlanJson } from '../shared/print/json.ts';
import { printPlanMarkdown } from '../shared/print/markdown.ts';
import type { Paint } from '../shared/print/paint.ts';
import { printPlanText } from '../shared/print/text.ts';
import { toScopeKey } from '../shared/reconcile/scope.ts';
import type { World } from '../shared/words.ts';
import type { Arguments } from './arguments.ts';
import { type Command, JSON_FLAG } from './command.ts';
import { exitCodeOf } from './exit-code.ts';
import type { Io } from './io.ts';
import { paintFor } from './paint.ts';
import { planWorlds } from './offline.ts';
import { loadRules, RULES_ARG, rulesPathOf } from './rules-file.ts';
import { SCOPE_ARGS, scopeFilter } from './scopes.ts';
import { readSnapshot, type Snapshot } from './snapshot-file.ts';

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
    ...RULES_ARG,
    from: {
      type: 'string',
      valueHint: 'file',
      description: 'Plan offline, from a snapshot: every scope in it, or those of --scope and --cloud',
    },
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
  const snapshot = await readSnapshot(from);
  return planWorlds(chooseWorlds(snapshot, given, from), rules, Date.parse(snapshot.takenAt));
}

/** A misspelt scope must not pass for one where there is nothing to do: whoever checks a change by it would see no failure. */
function chooseWorlds({ worlds }: Snapshot, given: Arguments, from: string): readonly World[] {
  const isMeant = scopeFilter(given);
  const chosen = worlds.filter(({ scope }) => isMeant(scope));
  if (chosen.length > 0) return chosen;
  const held = worlds.map(({ scope }) => toScopeKey(scope)).join(', ') || 'no scope';
  throw new Fault('config-invalid', `planning from ${from}: nothing in it is what was asked for; it holds ${held}`);
}

/** Plans in the format that was asked for. */
export function printPlans(plans: readonly Plan[], given: Arguments, paint: Paint): string {
  const format = given.flag('json') ? 'json' : (given.text('format') ?? 'text');
  if (format === 'json') return printPlanJson(plans);
  return format === 'markdown' ? printPlanMarkdown(plans) : printPlanText(plans, paint);
}
