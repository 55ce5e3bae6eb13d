import { parseArgs } from 'node:util';
import { Fault } from '../../shared/fault.ts';
import type { TripName } from '../../shared/plan/change.ts';

const TRIPS: readonly TripName[] = ['batch', 'limit', 'all'];

/** What was typed after a script's name. */
export interface Typed {
  /** The file that was named; `null`: none was. */
  readonly file: string | null;
  readonly isYes: boolean;
  /** What drain is told: trips to lift, digests to expect. */
  readonly lift: readonly string[];
  readonly expects: readonly string[];
  readonly memberRole: string | null;
  readonly drained: readonly string[];
  readonly subscription: string | null;
}

export type OptionName = 'yes' | 'lift' | 'expects' | 'member-role' | 'drained' | 'subscription';

const OPTIONS = {
  yes: { type: 'boolean' },
  lift: { type: 'string', multiple: true },
  expects: { type: 'string', multiple: true },
  'member-role': { type: 'string' },
  drained: { type: 'string', multiple: true },
  subscription: { type: 'string' },
} as const;

/**
 * Reads arguments strictly: one that is misspelt must not be taken for nothing.
 * @throws Fault `config-invalid`.
 */
export function readTyped(typed: readonly string[], allowed: readonly OptionName[]): Typed {
  const { values, positionals } = parse(typed);
  const unknown = Object.keys(values).find((name) => !allowed.some((one) => one === name));
  if (unknown !== undefined) throw usageFault(`--${unknown} says nothing here; ${knownOf(allowed)}`);
  if (positionals.length > 1) throw usageFault(`unexpected argument ${positionals[1]}`);
  const lift = listOf(values.lift);
  const stray = lift.find((name) => !TRIPS.some((trip) => trip === name));
  if (stray !== undefined) throw usageFault(`--lift ${stray}: the guard's trips are ${TRIPS.join(', ')}`);
  return {
    file: positionals[0] ?? null,
    isYes: values.yes === true,
    lift,
    expects: listOf(values.expects),
    memberRole: values['member-role'] ?? null,
    drained: listOf(values.drained),
    subscription: values.subscription ?? null,
  };
}

function parse(typed: readonly string[]) {
  try {
    return parseArgs({ args: [...typed], options: OPTIONS, allowPositionals: true });
  } catch (thrown) {
    throw usageFault(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

const knownOf = (allowed: readonly OptionName[]): string =>
  allowed.length === 0 ? 'it takes a file only' : `it takes ${allowed.map((name) => `--${name}`).join(', ')}`;

const listOf = (given: readonly string[] | undefined): readonly string[] =>
  (given ?? []).flatMap((text) => text.split(',')).filter((text) => text !== '');

const usageFault = (message: string): Fault => new Fault('config-invalid', message);
