/** Where in a rules file: map keys and list positions, from the root. */
export type Path = readonly (string | number)[];

/** The path as people write it: `rules[2].when.tag`. */
export const formatPath = (path: Path): string =>
  path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      return /^[\w-]+$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
    })
    .join('')
    .replace(/^\./, '');

/** The part of a path that names the thing in a sentence. */
export const labelOf = (path: Path): string => {
  const at = path.findLastIndex((step) => typeof step === 'string');
  if (at === -1) return 'the file';
  return `\`${String(path[at])}${formatPath(path.slice(at + 1))}\``;
};
