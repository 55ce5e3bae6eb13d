import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { canonicalConfig } from '../shared/config/canonical.ts';
import { formatProblems, parseConfig } from '../shared/config/parse.ts';
import { Fault } from '../shared/fault.ts';
import type { Hash, LoadedRules, RulesSource } from '../shared/ports.ts';
import type { RulesVersion } from '../shared/words.ts';

/** What was made of the file when it was last read. */
export interface RulesState {
  readonly path: string;
  readonly rules: LoadedRules;
  /** What is wrong with the file, in words; empty when its rules are those in force. */
  readonly problems: string;
}

/** A rules file whose changes take effect at once; while it is not valid, the last good rules stay in force. */
export interface WatchedRules extends RulesSource {
  state(): RulesState;
  /** Tells when other rules are in force, or the file became invalid or valid. */
  onChange(listener: (state: RulesState) => void): void;
  stop(): void;
}

const sha256: Hash = (text) => createHash('sha256').update(text).digest('hex');

/**
 * Reads the file and watches it. The folder is watched and not the file: editors replace a file by another one. A change that
 * the watch misses is seen when the rules are loaded next.
 *
 * @throws Fault `config-invalid` when the file is missing or not valid to begin with.
 */
export async function watchRules(path: string): Promise<WatchedRules> {
  const listeners = new Set<(state: RulesState) => void>();
  let text = await readFile(path, 'utf8').catch((thrown: Error) => {
    throw new Fault('config-invalid', `reading the rules file ${path}: ${thrown.message}`, thrown);
  });
  const first = parse(path, text);
  if (typeof first === 'string') throw new Fault('config-invalid', `${path} is not valid:\n${first}`);
  let state: RulesState = { path: resolve(path), rules: first, problems: '' };

  const adopt = (rules: LoadedRules, problems: string): void => {
    const isSame = state.rules.version === rules.version && state.problems === problems;
    state = { ...state, rules, problems };
    if (!isSame) listeners.forEach((listener) => listener(state));
  };
  const look = async (): Promise<void> => {
    const now = await readFile(path, 'utf8').catch((thrown: Error) => thrown);
    if (typeof now !== 'string') {
      text = '';
      return adopt(state.rules, `reading the rules file: ${now.message}`);
    }
    // An editor truncates before it writes: an empty file is not yet a file, and never an empty set of rules.
    if (now === text || now.trim() === '') return;
    text = now;
    const parsed = parse(path, text);
    if (typeof parsed === 'string') adopt(state.rules, parsed);
    else adopt(parsed, '');
  };

  const watcher: FSWatcher = watch(dirname(resolve(path)), (_event, name) => {
    if (name === null || name === basename(path)) void look();
  });
  return {
    state: () => state,
    followedBy: 'watcher',
    onChange: (listener) => void listeners.add(listener),
    async load() {
      await look();
      return state.rules;
    },
    stop: () => watcher.close(),
  };
}

/** The rules of a text, or what is wrong with it. */
function parse(path: string, text: string): LoadedRules | string {
  const parsed = parseConfig(text);
  if (parsed.kind === 'invalid') return formatProblems(basename(path), parsed.problems);
  return { config: parsed.config, version: sha256(canonicalConfig(parsed.config)) as RulesVersion };
}
