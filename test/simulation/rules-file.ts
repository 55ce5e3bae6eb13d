import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endAfterTest } from './after-test.ts';

/** The rules file of one deployment. */
export interface RulesFile {
  readonly path: string;
  /** What is written holds from the next invocation on. */
  write(rules: object): Promise<void>;
  remove(): Promise<void>;
}

export async function newRulesFile(rules: object): Promise<RulesFile> {
  const folder = await mkdtemp(join(tmpdir(), 'tapkeeper-'));
  endAfterTest(() => rm(folder, { recursive: true }));
  const path = join(folder, 'tapkeeper.yaml');
  // JSON is YAML.
  const write = (text: object): Promise<void> => writeFile(path, JSON.stringify(text));
  await write(rules);
  return { path, write, remove: () => rm(path) };
}

/** Rules under which the tag `mirror` names destinations. */
export const tagRules = (destinations: Readonly<Record<string, object>>, more: object = {}): object => ({
  version: 1,
  owner: 'soc',
  guard: { count: 1000, percent: 100 },
  destinations,
  rules: [{ name: 'tagged', when: { tag: 'mirror' }, mirror: { fromTag: 'mirror', among: Object.keys(destinations) } }],
  ...more,
});
