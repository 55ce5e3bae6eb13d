import { readFile } from 'node:fs/promises';
import { canonicalConfig } from '../shared/config/canonical.ts';
import { Fault } from '../shared/fault.ts';
import type { Hash, LoadedRules, RulesSource } from '../shared/ports.ts';
import type { RulesVersion } from '../shared/words.ts';

/** Why a file cannot be read, without its contents. */
const reasonOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : 'unknown';

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    const what = `reading the rules file ${path}: ${reasonOf(thrown)}; put it there or set TAPKEEPER_RULES`;
    throw new Fault('config-invalid', what, thrown);
  }
}

/** The parser is loaded with the first rules: a cold start does not wait for what a warm process has long read. */
async function parse(path: string, text: string, hash: Hash): Promise<LoadedRules> {
  const { formatProblems, parseConfig } = await import('../shared/config/parse.ts');
  const parsed = parseConfig(text);
  if (parsed.kind === 'invalid') throw new Fault('config-invalid', formatProblems(path, parsed.problems));
  const { config } = parsed;
  return { config, version: hash(canonicalConfig(config)) as RulesVersion };
}

/**
 * The rules in a file. It is read at every invocation, and parsed again only when its text differs: a time stamp can stay
 * the same across two writes.
 */
export function rulesFile(path: string, hash: Hash): RulesSource {
  let last: { readonly text: string; readonly rules: LoadedRules } | null = null;
  return {
    async load() {
      const text = await readText(path);
      if (last?.text !== text) last = { text, rules: await parse(path, text, hash) };
      return last.rules;
    },
  };
}
