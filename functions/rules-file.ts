import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { canonicalConfig } from '../shared/config/canonical.ts';
import { Fault } from '../shared/fault.ts';
import type { Hash, LoadedRules, RulesSource } from '../shared/ports.ts';
import type { RulesVersion } from '../shared/words.ts';

export const sha256: Hash = (text) => createHash('sha256').update(text).digest('hex');

/** The rules file of the deployment. It is read each time and parsed when its text differs: time stamps are too coarse. */
export function createRulesFile(path: string): RulesSource {
  let latest: { readonly text: string; readonly rules: LoadedRules } | null = null;
  return {
    load: async () => {
      const text = await readRules(path);
      if (latest?.text !== text) latest = { text, rules: await parseRules(path, text) };
      return latest.rules;
    },
  };
}

async function readRules(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    const isMissing = (thrown as { readonly code?: unknown }).code === 'ENOENT';
    const said = isMissing ? 'there is no such file' : 'it cannot be read';
    throw new Fault(
      'config-invalid',
      `reading the rules file ${path}: ${said}; set TAPKEEPER_RULES to its path`,
      thrown,
    );
  }
}

/** The parser is loaded with the first rules: a cold start does not wait for what a warm process has long read. */
async function parseRules(path: string, text: string): Promise<LoadedRules> {
  const { formatProblems, parseConfig } = await import('../shared/config/parse.ts');
  const parsed = parseConfig(text);
  if (parsed.kind === 'invalid') throw new Fault('config-invalid', formatProblems(path, parsed.problems));
  return { config: parsed.config, version: sha256(canonicalConfig(parsed.config)) as RulesVersion };
}
