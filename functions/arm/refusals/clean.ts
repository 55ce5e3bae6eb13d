/** Longer texts are cut before they are looked at: what looks at them takes the square of their length. */
const LONGEST_LOOKED_AT = 4000;

/**
 * What Azure wrote, fit for a log. AuthorizationFailed names its caller by what people call it, and the addresses of operations are
 * signed, whether they are told with their host or without; a path stays, for it is what a person looks for.
 */
export function cleaned(text: string, longest: number): string {
  const cut = text.slice(0, LONGEST_LOOKED_AT);
  return RULES.reduce((said, [found, instead]) => said.replace(found, instead), cut)
    .trim()
    .slice(0, longest);
}

const SOMEBODY = '(somebody)';
const GUID = '[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}';

const RULES: readonly (readonly [found: RegExp, instead: string])[] = [
  // The query of an address or a path, and what of it follows a blank.
  [/((?:https?:\/)?\/[^\s?'"<>]*)\?[^\s'"<>]*/gi, '$1'],
  [/[?&](?:amp;)?[\w$.-]+=[^\s'"<>]*/g, ''],
  [/\b(s|c|h|sig|signature|sas|token|access_token|secret|password|key)=[^\s'"<>]+/gi, '$1=(hidden)'],
  [/\b(?:bearer\s+)?eyJ[\w-]+\.[\w.-]+/gi, '(hidden)'],
  // Who is named by an id alone is no person; whoever is named so that it ends in a quotation mark has one in the name.
  [
    new RegExp(
      `\\b(client|caller|user|principal)(?: name)?:? (['"])(?!${GUID}\\2)(?:[^]{0,200}?\\2(?= with object id)|[^'"]*(?:\\2|$))`,
      'gi',
    ),
    `$1 '${SOMEBODY}'`,
  ],
  [/\b(client) (?!['"])[^]{1,200}?(?= with object id)/gi, `$1 ${SOMEBODY}`],
  [/[^\s'"<>]+(?:@|%40)[^\s'"<>]+/gi, SOMEBODY],
];
