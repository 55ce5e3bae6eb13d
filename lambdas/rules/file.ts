import { readFile } from 'node:fs/promises';
import { Fault } from '../../shared/fault.ts';
import type { RulesPlace, RulesText } from '../../shared/rules-source.ts';

/** Why a file cannot be read, without its contents. */
const reasonOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : 'unknown';

/** The rules in a file of the deployment. It is read each time: that costs nothing beside an invocation. */
export const filePlace = (path: string): RulesPlace => ({
  name: path,
  keptMs: 0,
  async read(): Promise<RulesText> {
    try {
      return { text: await readFile(path, 'utf8'), tag: null, kind: 'plain' };
    } catch (thrown) {
      const what = `reading the rules file ${path}: ${reasonOf(thrown)}; put it there or set TAPKEEPER_RULES`;
      throw new Fault('config-invalid', what, thrown);
    }
  },
});
