import type { ArgsDef } from 'citty';
import { Fault } from '../shared/fault.ts';
import type { Rules } from '../shared/reconcile/rules.ts';
import { toScopeKey } from '../shared/reconcile/scope.ts';
import type { Study } from '../shared/reconcile/study.ts';
import type { World } from '../shared/words.ts';
import type { Arguments } from './arguments.ts';
import type { Io } from './io.ts';
import { planWorld } from './offline.ts';
import { loadRules, RULES_ARG, rulesPathOf } from './rules-file.ts';
import { chooseScopes, SCOPE_ARGS } from './scopes.ts';
import { readSnapshot, type Snapshot } from './snapshot-file.ts';

/** The options of a command that looks, at the clouds or at a snapshot, and changes nothing. */
export const LOOK_ARGS = {
  ...RULES_ARG,
  from: {
    type: 'string',
    valueHint: 'file',
    description: 'Offline, from a snapshot: every scope in it, or those that the options below leave',
  },
  ...SCOPE_ARGS,
} satisfies ArgsDef;

/** What exists and what would be done about it, scope by scope. */
export interface Look {
  readonly rules: Rules;
  /** When it was looked at. */
  readonly nowMs: number;
  readonly studies: readonly Study[];
}

/**
 * Looks at what the options name. Where nothing could be read the world and the plan say why; the others are there all the same.
 * @throws Fault `config-invalid` when the rules, the options or the snapshot are wrong.
 */
export async function look(given: Arguments, io: Io): Promise<Look> {
  const rules = await loadRules(rulesPathOf(given.text('rules'), io), io);
  const from = given.text('from');
  if (from !== null) return lookInto(await readSnapshot(from), rules, given, from);
  // The clouds' SDKs are loaded here and not above: planning from a file takes none of them.
  const [{ reachPlaces }, { prepare }] = await Promise.all([import('./live.ts'), import('./prepare.ts')]);
  const studies = await prepare(await reachPlaces(given, io), { aim: 'wished', rules, run: { kind: 'observe' } }, io);
  return { rules, nowMs: io.now(), studies };
}

async function lookInto(snapshot: Snapshot, rules: Rules, given: Arguments, from: string): Promise<Look> {
  const nowMs = Date.parse(snapshot.takenAt);
  const studies = await Promise.all(
    chooseWorlds(snapshot, given, from).map(async (world) => ({ world, plan: await planWorld(world, rules, nowMs) })),
  );
  return { rules, nowMs, studies };
}

/** A misspelt scope must not pass for one where there is nothing to do: whoever checks a change by it would see no failure. */
function chooseWorlds({ worlds }: Snapshot, given: Arguments, from: string): readonly World[] {
  const scopes = worlds.map(({ scope }) => scope);
  const meant = new Set(chooseScopes(given, scopes, from).map(toScopeKey));
  const chosen = worlds.filter(({ scope }) => meant.has(toScopeKey(scope)));
  if (chosen.length > 0) return chosen;
  const held = scopes.map(toScopeKey).join(', ') || 'no scope';
  throw new Fault('config-invalid', `planning from ${from}: nothing in it is what was asked for; it holds ${held}`);
}
