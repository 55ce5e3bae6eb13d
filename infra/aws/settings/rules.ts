import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { AwsScope } from '../../../lambdas/ec2/scope.ts';
import type { NamedPlace } from '../../../lambdas/rules/place.ts';
import type { Config } from '../../../shared/config/config.ts';
import { formatProblems, parseConfig } from '../../../shared/config/parse.ts';
import { Fault } from '../../../shared/fault.ts';
import { findOwner } from '../../../shared/ids.ts';
import type { Owner } from '../../../shared/words.ts';
import { findPlace } from './rules-place.ts';
import type { SettingsFile } from './schema.ts';

/** What of the rules the infrastructure is made of. */
export interface Rules {
  /** A path is one that this process can open. */
  readonly place: NamedPlace;
  readonly owner: Owner;
  readonly formerOwners: readonly Owner[];
  readonly warnings: readonly string[];
}

interface Around {
  /** Where the settings file is, from which paths are meant. */
  readonly folder: string;
  readonly scopes: readonly AwsScope[];
}

/**
 * The rules that checked settings name: read and judged if they are a file here, else taken at the settings' word.
 * @throws Fault `config-invalid` when there is no such file, or with everything that is wrong with it.
 */
export function readRules(file: SettingsFile, around: Around): Rules {
  const place = findPlace(file.rules);
  if (place === null) throw new Error(`rules '${file.rules}' passed the check`);
  if (place.kind !== 'file') return takeAtWord(place, file);
  return readFile(isAbsolute(place.path) ? place.path : join(around.folder, place.path), around.scopes);
}

function takeAtWord(place: NamedPlace, { owner, formerOwners = [] }: SettingsFile): Rules {
  const [first, ...others] = [owner ?? '', ...formerOwners].map(findOwner).filter((one) => one !== null);
  if (first === undefined) throw new Error(`owner '${String(owner)}' passed the check`);
  return { place, owner: first, formerOwners: others, warnings: [] };
}

function readFile(path: string, scopes: readonly AwsScope[]): Rules {
  const parsed = parseConfig(readText(path));
  if (parsed.kind === 'invalid') {
    const problems = formatProblems(path, parsed.problems);
    throw new Fault('config-invalid', `${path} is not valid, so nothing is deployed:\n${problems}`);
  }
  const { config, warnings } = parsed;
  const lint = warnings.length === 0 ? [] : formatProblems(path, warnings).split('\n');
  const { owner, formerOwners } = config;
  return {
    place: { kind: 'file', path },
    owner,
    formerOwners,
    warnings: [...lint, ...warnOfRegions(path, config, scopes)],
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    const remedy = 'without rules there is nothing to deploy; begin with a copy of tapkeeper.example.yaml';
    throw new Fault('config-invalid', `reading the rules file ${path}: ${said}; ${remedy}`, thrown);
  }
}

/** Legal, since another deployment with the same rules may keep that region; more often a scope was forgotten. */
function warnOfRegions(path: string, { destinations }: Config, scopes: readonly AwsScope[]): readonly string[] {
  const kept = new Set(scopes.map(({ region }) => region));
  return destinations.flatMap((destination) => {
    if (destination.cloud !== 'aws' || kept.has(destination.region)) return [];
    const { name, region } = destination;
    return [
      `${path}: warning: destination ${name} is in ${region}, and no scope is: nothing is mirrored to it; list account:${region} in \`scopes\``,
    ];
  });
}
