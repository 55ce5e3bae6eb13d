/** A word that every POSIX shell takes as it is. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** Words as one command of a POSIX shell, in which none of them is more than a word. */
export const toShellCommand = (words: readonly string[]): string =>
  words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
