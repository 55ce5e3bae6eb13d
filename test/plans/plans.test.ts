import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../shared/config/parse.ts';
import type { Plan, Run } from '../../shared/plan/change.ts';
import { parseMachineId, parseTargetId, toInstant } from '../../shared/ids.ts';
import { ALWAYS_OPEN, type Opening } from '../../shared/plan/interruption.ts';
import { makePlan } from '../../shared/plan/plan.ts';
import { unpainted } from '../../shared/print/paint.ts';
import { printPlanText } from '../../shared/print/text.ts';
import { compileRules } from '../../shared/rules/compile.ts';
import type { Digest, RulesVersion } from '../../shared/words.ts';
import { toWorld, type WorldSketch } from '../world.ts';

/**
 * Each folder is one case: `world.yaml` (what exists, and under `given` how the plan is made), `rules.yaml`, and the plan as
 * text and as JSON. Text and JSON are written anew by `npx vitest run test/plans --update`; read them before committing them.
 */
const HERE = import.meta.dirname;
const CASES = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

const TAP =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/net/providers/Microsoft.Network/virtualNetworkTaps/tap';

const Given = v.optional(
  v.strictObject({
    aim: v.optional(v.picklist(['wished', 'drained']), 'wished'),
    basis: v.optional(v.picklist(['scope', 'batch']), 'scope'),
    observe: v.optional(v.boolean(), false),
    lift: v.optional(v.array(v.picklist(['limit', 'all', 'batch'])), []),
    seen: v.optional(v.nullable(v.array(v.string())), null),
    recent: v.optional(v.number(), 0),
    /** `open` (no windows), `closed` (for ever), or when the next window opens. */
    opening: v.optional(v.union([v.picklist(['open', 'closed']), v.pipe(v.string(), v.isoTimestamp())]), 'open'),
    refusals: v.optional(
      v.array(
        v.strictObject({
          machine: v.string(),
          /** `null`: something was to be detached. */
          target: v.optional(v.nullable(v.string()), TAP),
          code: v.picklist(['needs-restart', 'operation-failed']),
          detail: v.string(),
          until: v.pipe(v.string(), v.isoTimestamp()),
        }),
      ),
      [],
    ),
  }),
  {},
);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const read = (name: string, file: string): string => readFileSync(join(HERE, name, file), 'utf8');

function planOf(name: string): Plan {
  const { given, about, ...sketch } = parse(read(name, 'world.yaml')) as WorldSketch & {
    given?: unknown;
    about: string;
  };
  if (typeof about !== 'string') throw new Error(`${name}: world.yaml does not say what the case is about`);
  const { aim, basis, observe, lift, seen, recent, opening, refusals } = v.parse(Given, given);
  const parsed = parseConfig(read(name, 'rules.yaml'));
  if (parsed.kind === 'invalid') throw new Error(`${name}: ${JSON.stringify(parsed.problems)}`);
  const run: Run = observe ? { kind: 'observe' } : { kind: 'enforce', seen: seen as readonly Digest[] | null, lift };
  return makePlan({
    world: toWorld(sketch),
    aim,
    config: parsed.config,
    ruleSet: compileRules(parsed.config),
    rulesVersion: 'golden' as RulesVersion,
    nowMs: Date.parse('2026-11-01T00:00:00Z'),
    run,
    basis,
    recent: new Set(Array.from({ length: recent }, (_, at) => `recent-${at}` as Digest)),
    opening: toOpening(opening),
    refusals: refusals.map(({ machine, target, until, ...rest }) => ({
      ...rest,
      machine: parseMachineId(machine),
      target: target === null ? null : parseTargetId(target),
      at: toInstant(0),
      until: toInstant(Date.parse(until)),
    })),
    hash: sha256,
  });
}

function toOpening(text: string): Opening {
  if (text === 'open') return ALWAYS_OPEN;
  return { kind: 'closed', opensAtMs: text === 'closed' ? null : Date.parse(text) };
}

describe('golden plans', () => {
  it.each(CASES)('%s', async (name) => {
    const plan = planOf(name);
    await expect(printPlanText([plan], unpainted)).toMatchFileSnapshot(join(HERE, name, 'plan.txt'));
    await expect(`${JSON.stringify(plan, null, 2)}\n`).toMatchFileSnapshot(join(HERE, name, 'plan.json'));
  });
});
