import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AwsScope } from '../../lambdas/ec2/scope.ts';
import type { NamedPlace } from '../../lambdas/rules/place.ts';
import { checkedFile, type Expected } from '../../shared/config/checked-file.ts';
import { formatProblems } from '../../shared/config/parse.ts';
import { Fault } from '../../shared/fault.ts';
import { parseAccountId, parseRegion } from '../../shared/ids.ts';
import type { Mode } from '../../shared/ports.ts';
import type { AccountId, NonEmpty, Owner, Region } from '../../shared/words.ts';
import type { DestinationSettings } from './destination/destination-settings.ts';
import type { LaunchHooks } from './policies.ts';
import { checkSettings } from './settings/check.ts';
import { readRules, type Rules } from './settings/rules.ts';
import { MODES, SCOPE_PATTERN, SettingsSchema, type SettingsFile } from './settings/schema.ts';
import type { Notify } from './watch/watched.ts';

/** How the accounts of others are reached. */
export interface Members {
  /** What the role there asks for, so that nobody else can have us assume it. */
  readonly externalId: string;
  /** Whose accounts may put events on the bus, besides those that the scopes name; `null`: nobody's. */
  readonly organization: string | null;
}

/** What is deployed to AWS, and where: the file `tapkeeper.aws.yaml` with every default filled in. */
export interface Settings {
  readonly account: AccountId;
  readonly region: Region;
  readonly owner: Owner;
  readonly formerOwners: readonly Owner[];
  /** A path is one that this process can open. */
  readonly rules: NamedPlace;
  /** The ARN of the key of the user's own that the rules are encrypted with; `null`: there is none. */
  readonly rulesKey: string | null;
  readonly mode: Mode;
  /** What is kept. */
  readonly scopes: NonEmpty<AwsScope>;
  readonly sweepMinutes: number;
  readonly launchHooks: LaunchHooks;
  /** `null`: no scope is of another account. */
  readonly members: Members | null;
  readonly notify: Notify | null;
  readonly logRetentionDays: number;
  /** `null`: the destination is there already, or not ours to make. */
  readonly destination: DestinationSettings | null;
}

/** Settings, with lines to show to whoever deploys them. */
export interface Loaded {
  readonly settings: Settings;
  readonly warnings: readonly string[];
}

const SETTINGS_FILE: Expected<SettingsFile> = {
  kind: { name: 'a settings file', beginning: '`account: …`, `region: …` and `rules: …`' },
  schema: SettingsSchema,
  check: checkSettings,
};

const SWEEP_MINUTES = 15;
const LOG_RETENTION_DAYS = 30;

/**
 * Reads a settings file, and the rules that it names if they are a file.
 * @param mode What is to be put in the place of the file's mode; `null`: nothing.
 * @throws Fault `config-invalid` with everything that is wrong: of rules, the very lines that `tapkeeper validate` prints.
 */
export function loadSettings(path: string, mode: string | null): Loaded {
  const checked = checkedFile(readText(path), SETTINGS_FILE);
  if (checked.kind === 'invalid') {
    throw new Fault(
      'config-invalid',
      `${path} is not valid, so nothing is deployed:\n${formatProblems(path, checked.problems)}`,
    );
  }
  const file = checked.value;
  const scopes = toScopes(file);
  const rules = readRules(file, { folder: dirname(path), scopes });
  return { settings: toSettings(file, scopes, rules, findMode(mode)), warnings: rules.warnings };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    const example = join('infra', 'aws', 'tapkeeper.aws.example.yaml');
    const remedy = `begin with a copy of ${example}, or name another file: -c settings=PATH`;
    throw new Fault('config-invalid', `reading the settings file ${path}: ${said}; ${remedy}`, thrown);
  }
}

function findMode(text: string | null): Mode | null {
  if (text === null) return null;
  const mode = MODES.find((one) => one === text);
  if (mode !== undefined) return mode;
  throw new Fault('config-invalid', `-c mode=${text}: there is no such mode; write ${MODES.join(', ')}`);
}

function toScopes({ account, region, scopes }: SettingsFile): NonEmpty<AwsScope> {
  const [first = `${account}:${region}`, ...others] = scopes ?? [];
  return [toScope(first), ...others.map(toScope)];
}

function toScope(text: string): AwsScope {
  const [, account = '', region = ''] = SCOPE_PATTERN.exec(text) ?? [];
  return { cloud: 'aws', account: parseAccountId(account), region: parseRegion(region) };
}

function toSettings(file: SettingsFile, scopes: NonEmpty<AwsScope>, rules: Rules, mode: Mode | null): Settings {
  const { members } = file;
  return {
    account: parseAccountId(file.account),
    region: parseRegion(file.region),
    owner: rules.owner,
    formerOwners: rules.formerOwners,
    rules: rules.place,
    rulesKey: file.rulesKey ?? null,
    mode: mode ?? file.mode ?? 'observe',
    scopes,
    sweepMinutes: file.sweepMinutes ?? SWEEP_MINUTES,
    launchHooks: file.launchHooks === true ? 'completed' : 'left',
    members:
      members === undefined ? null : { externalId: members.externalId, organization: members.organization ?? null },
    notify: toNotify(file.alarms),
    logRetentionDays: file.logRetentionDays ?? LOG_RETENTION_DAYS,
    destination: file.destination ?? null,
  };
}

function toNotify(alarms: SettingsFile['alarms']): Notify | null {
  if (alarms?.email !== undefined) return { kind: 'email', address: alarms.email };
  return alarms?.topic === undefined ? null : { kind: 'topic', arn: alarms.topic };
}
