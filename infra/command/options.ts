import { parseArgs } from 'node:util';
import { Fault } from '../../shared/fault.ts';
import type { TripName } from '../../shared/plan/change.ts';
import { shellWord } from '../../shared/print/shell-word.ts';

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
  refuseUnknown(typed, allowed);
  const { values, positionals } = parse(typed);
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

/** Whoever misspelt an option is told which there are. */
function refuseUnknown(typed: readonly string[], allowed: readonly OptionName[]): void {
  const { tokens } = parseArgs({
    args: [...typed],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== 'option' || allowed.some((one) => one === token.name)) continue;
    throw usageFault(`there is no option ${token.rawName} here; ${knownOf(allowed)}`);
  }
}

function parse(typed: readonly string[]) {
  try {
    return parseArgs({ args: [...typed], options: OPTIONS, allowPositionals: true });
  } catch (thrown) {
    // All options are known by now, so it is a value that is missing, or one that is too many.
    const [said = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n');
    throw usageFault(said);
  }
}

const knownOf = (allowed: readonly OptionName[]): string =>
  allowed.length === 0
    ? 'it takes a file and --help only'
    : `it takes ${[...allowed, 'help'].map((name) => `--${name}`).join(', ')}`;

const listOf = (given: readonly string[] | undefined): readonly string[] =>
  (given ?? []).flatMap((text) => text.split(',')).filter((text) => text !== '');

const usageFault = (message: string): Fault => new Fault('config-invalid', message);

/** The command line that was typed, as it is typed again with other words for the guard. */
export function toLine(script: string, { file, isYes, memberRole, drained, subscription }: Typed): string {
  const words = [
    ...(file === null ? [] : [file]),
    ...(subscription === null ? [] : ['--subscription', subscription]),
    ...(memberRole === null ? [] : ['--member-role', memberRole]),
    ...drained.flatMap((scope) => ['--drained', scope]),
    ...(isYes ? ['--yes'] : []),
  ];
  return [`npm run ${script} --`, ...words.map(shellWord)].join(' ');
}
