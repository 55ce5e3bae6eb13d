/**
 * A text of a policy with `*` and `?`, as a test of whole texts; `${*}`, `${?}` and `${$}` stand for the marks themselves
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars).
 * @throws Error for any other variable: it is not known here.
 */
export function toPattern(text: string, flags: 'i' | '' = ''): RegExp {
  const source = text.replaceAll(/\$\{[^}]*\}|[*?]|[\\^$.|+()[\]{}]/g, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (!part.startsWith('${')) return `\\${part}`;
    const [, mark] = /^\$\{([*?$])\}$/.exec(part) ?? [];
    if (mark === undefined) throw new Error(`reading a policy: the variable ${part} is not known to the local cloud`);
    return `\\${mark}`;
  });
  return new RegExp(`^${source}$`, `s${flags}`);
}

/** An ARN has six parts, of which the last may hold further colons; a wildcard reaches no further than its own part. */
const partsOf = (arn: string): readonly string[] => {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
};

/**
 * Whether an ARN is among those that a pattern stands for, part by part
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html).
 */
export function isArnLike(pattern: string, arn: string): boolean {
  if (pattern === '*') return true;
  const parts = partsOf(arn);
  return partsOf(pattern).every((part, at) => toPattern(part).test(parts[at] ?? ''));
}
