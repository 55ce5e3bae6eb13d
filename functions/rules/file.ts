import { readFile } from 'node:fs/promises';
import { Fault } from '../../shared/fault.ts';
import type { RulesPlace, RulesText } from '../../shared/rules-source.ts';

/** The rules in a file of the deployment. It is read each time: that costs nothing beside an invocation. */
export const filePlace = (path: string): RulesPlace => ({
  name: path,
  keptMs: 0,
  async read(): Promise<RulesText> {
    try {
      return { text: await readFile(path, 'utf8'), tag: null, kind: 'plain' };
    } catch (thrown) {
      const isMissing = (thrown as { readonly code?: unknown }).code === 'ENOENT';
      const said = isMissing ? 'there is no such file' : 'it cannot be read';
      const what = `reading the rules file ${path}: ${said}; set TAPKEEPER_RULES to its path`;
      throw new Fault('config-invalid', what, thrown);
    }
  },
});
