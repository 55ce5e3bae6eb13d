/** Everything that a name cannot have and that would lead a request elsewhere: a query, a fragment, an escape, white space. */
const SEGMENT = '[^/?#%\\s]+';

/**
 * The shape of an ARM id, given its provider and types with `*` for each name, as `Microsoft.Network/loadBalancers/*`. The
 * leading slash may be missing, as people copy ids without it. ARM ids are case-insensitive, and a JSON Schema's patterns have
 * no flag for it: so each letter is written in both cases.
 */
export function armShape(types: string): RegExp {
  const path = `subscriptions/*/resourceGroups/*/providers/${types}`;
  const pattern = path.replaceAll(/[a-z.*]/gi, (character) => {
    if (character === '*') return SEGMENT;
    return character === '.' ? '[.]' : `[${character.toUpperCase()}${character.toLowerCase()}]`;
  });
  return new RegExp(`^/?${pattern}/?$`);
}
