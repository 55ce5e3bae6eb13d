import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { ArgsDef } from 'citty';
import { Fault } from '../shared/fault.ts';

/** What was typed after a command's name. */
export interface Arguments {
  /** The value of an option, or `null` when it was not given. */
  text(name: string): string | null;
  /** Every value of an option that may be repeated or hold several values separated by commas. */
  list(name: string): readonly string[];
  flag(name: string): boolean;
  /** @throws Fault `config-invalid` when it is not a whole number within the range. */
  integer(name: string, range: { readonly from: number; readonly to: number }): number | null;
}

/**
 * Reads arguments strictly: an unknown or misspelt option is an error, never ignored. `apply --expect` that is taken for
 * nothing would apply what nobody has looked at.
 *
 * @throws Fault `config-invalid`, which says what would be right.
 */
export function readArguments(args: ArgsDef, raw: readonly string[]): Arguments {
  const { values, positionals } = parse(args, raw);
  const names = Object.keys(args).filter((name) => args[name]?.type === 'positional');
  if (positionals.length > names.length) throw usageFault(`unexpected argument ${positionals[names.length]}`);
  const all = (name: string): readonly string[] => {
    const at = names.indexOf(name);
    const given = at === -1 ? (values[name] ?? []) : positionals.slice(at, at + 1);
    return (Array.isArray(given) ? given : [given]).filter((value) => typeof value === 'string');
  };
  const text = (name: string): string | null => all(name).at(-1) ?? null;
  for (const name of Object.keys(args)) checkChoice(name, args[name], text(name));
  return {
    text,
    list: (name) =>
      all(name)
        .flatMap((value) => value.split(','))
        .filter((value) => value !== ''),
    flag: (name) => values[name] === true,
    integer: (name, range) => toInteger(name, text(name), range),
  };
}

interface Parsed {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

function parse(args: ArgsDef, raw: readonly string[]): Parsed {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, { type }] of Object.entries(args)) {
    if (type !== 'positional') options[name] = type === 'boolean' ? { type } : { type: 'string', multiple: true };
  }
  try {
    return parseArgs({ args: [...raw], options, strict: true, allowPositionals: true });
  } catch (thrown) {
    throw usageFault(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function checkChoice(name: string, definition: ArgsDef[string] | undefined, value: string | null): void {
  if (definition?.type !== 'enum' || value === null || definition.options?.includes(value)) return;
  throw usageFault(`--${name} is ${value}; it must be one of ${definition.options?.join(', ')}`);
}

const usageFault = (message: string): Fault => new Fault('config-invalid', message);

function toInteger(name: string, text: string | null, { from, to }: { from: number; to: number }): number | null {
  if (text === null) return null;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= from && value <= to) return value;
  throw usageFault(`--${name} is ${text}; it must be a whole number from ${from} to ${to}`);
}
