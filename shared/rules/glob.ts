/** Whether a text matches a glob as a whole: `*` is any run of characters, `?` is one, anything else is itself. */
export type GlobTest = (text: string) => boolean;

/**
 * A glob as a test. It never backs up further than to the last `*`, so the worst text costs its length times the glob's: a
 * regular expression could be made to take for ever by whoever may tag a machine.
 */
export function compileGlob(glob: string): GlobTest {
  const wanted = Array.from(glob);
  return (text) => matches(wanted, Array.from(text));
}

/** By characters, not by the halves in which JavaScript keeps those beyond the basic plane. */
function matches(wanted: readonly string[], text: readonly string[]): boolean {
  let inGlob = 0;
  let inText = 0;
  let star = -1;
  let afterStar = 0;
  while (inText < text.length) {
    if (wanted[inGlob] === '*') {
      star = inGlob++;
      afterStar = inText;
    } else if (wanted[inGlob] === '?' || wanted[inGlob] === text[inText]) {
      inGlob++;
      inText++;
    } else if (star >= 0) {
      inGlob = star + 1;
      inText = ++afterStar;
    } else {
      return false;
    }
  }
  while (wanted[inGlob] === '*') inGlob++;
  return inGlob === wanted.length;
}
