import type { Config } from '../../shared/config/config.ts';
import type { RulesState } from '../watched-rules.ts';
import type { RulesView } from './page-state.ts';

/** The rules as the page shows them. */
export const toRulesView = ({ path, rules: { config, version }, problems }: RulesState): RulesView => ({
  path,
  version,
  rules: config.rules.length,
  destinations: config.destinations.length,
  state: problems === '' ? 'in-force' : 'kept',
  problems,
  tag: findTag(config),
});

/** The tag to try: of the first rule that reads its destination from a tag, or whose condition is a tag. */
function findTag({ rules }: Config): RulesView['tag'] {
  for (const { effect, when } of rules) {
    if (effect.kind !== 'mirror') continue;
    if (effect.to.kind === 'from-tag') return { name: effect.to.tag, value: effect.to.among[0] };
    if (when.kind === 'tag-exists') return { name: when.tag, value: '' };
    if (when.kind === 'tag-in') return { name: when.tag, value: when.values[0] };
  }
  return null;
}
