import type { OptionName } from './options.ts';

/** How a script is typed. */
export interface Usage {
  /** As npm knows it. */
  readonly script: string;
  readonly does: string;
  /** What its file says, and which it is when none is named. */
  readonly file: { readonly word: string; readonly says: string };
  readonly options: readonly OptionName[];
}

/** What is deployed to AWS. */
export const SETTINGS = {
  word: 'settings',
  says: 'the settings file; tapkeeper.aws.yaml when left out',
};

/** What is deployed to Azure. */
export const PARAMETERS = {
  word: 'bicepparam',
  says: 'the parameters file, with its rules beside it; tapkeeper.bicepparam when left out',
};

const SAID: Readonly<Record<OptionName, readonly [typed: string, does: string]>> = {
  yes: ['--yes', 'the CDK does not ask before it changes permissions or deletes'],
  lift: ['--lift <trip>', 'a trip of the guard that drain names: batch, limit or all; repeatable'],
  expects: [
    '--expects <digest>',
    'the digest that drain printed, one per scope, instead of a yes at the terminal; repeatable',
  ],
  'member-role': [
    '--member-role <arn>',
    "a role by which scopes of other accounts are drained, with {account} in the account's place",
  ],
  drained: ['--drained <scope>', 'a scope that was drained by hand; repeatable'],
  subscription: ['--subscription <id>', 'the home subscription; the one that the Azure CLI has chosen when left out'],
};

/** The page that `--help` shows. */
export function printUsage({ script, does, file, options }: Usage): string {
  const rows: readonly (readonly [string, string])[] = [
    [file.word, file.says],
    ...options.map((name) => SAID[name]),
    ['-h, --help', 'shows this and does nothing'],
  ];
  const width = Math.max(...rows.map(([typed]) => typed.length));
  return [
    `npm run ${script} -- [${file.word}]${options.length === 0 ? '' : ' [options]'}`,
    '',
    does,
    '',
    ...rows.map(([typed, said]) => `  ${typed.padEnd(width)}  ${said}`),
  ].join('\n');
}

export const asksForHelp = (typed: readonly string[]): boolean => typed.includes('--help') || typed.includes('-h');
