/** How many letters must be inserted, removed, replaced or swapped with their neighbour to make one word of the other. */
function distance(a: string, b: string): number {
  let before: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? (before[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min(replaced, swapped, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** Longer words are not compared: nobody mistypes them, and comparing is quadratic. */
const LONGEST = 64;
/** What a sentence can hold. */
const MOST_SHOWN = 20;

/** The known word that was probably meant: at most a third of its letters differ. */
export function findNearest(word: string, known: readonly string[]): string | null {
  if (word.length > LONGEST) return null;
  const meant = known
    .map((candidate) => ({ candidate, far: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((a, b) => a.far - b.far);
  return meant[0]?.candidate ?? null;
}

/** The end of a sentence about an unknown word: the word that was probably meant, or else what is known. */
export function suggest(word: string, known: readonly string[]): string {
  const nearest = findNearest(word, known);
  if (nearest !== null) return `did you mean \`${nearest}\`?`;
  if (known.length === 0) return 'none is known here';
  return `known here: ${known.slice(0, MOST_SHOWN).join(', ')}${known.length > MOST_SHOWN ? ', …' : ''}`;
}
