/** How many letters must be inserted, removed or replaced to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Longer words are not compared: nobody mistypes them, and comparing is quadratic. */
const LONGEST = 64;

/** The known word that was probably meant: at most a third of its letters differ. */
export function findNearest(word: string, known: readonly string[]): string | null {
  if (word.length > LONGEST) return null;
  const meant = known
    .map((candidate) => ({ candidate, far: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.far - b.far);
  return meant[0]?.candidate ?? null;
}

/** The end of a sentence about an unknown word: the word that was probably meant, or else all that are known. */
export function suggest(word: string, known: readonly string[]): string {
  const nearest = findNearest(word, known);
  if (nearest !== null) return `did you mean \`${nearest}\`?`;
  return known.length === 0
    ? 'none is known'
    : `known here: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', …' : ''}`;
}
