/** What the numbers of one source's sessions are taken or wanted by, seen from one wish. */
export interface Numbers {
  /** Of others' sessions, in ascending order. */
  readonly theirs: readonly number[];
  /** Of accepted wishes and of ours that stay where they are. */
  readonly taken: ReadonlySet<number>;
  /** That other wishes name in the rules file. */
  readonly wanted: readonly number[];
}

export type Choice =
  { readonly kind: 'number'; readonly number: number } | { readonly kind: 'none'; readonly detail: string };

/**
 * The number that a wish gets: its own if it is free; else the next free one above, as long as that crosses no session of
 * others and no other wish's number, for crossing one would change who sees a packet first. A session that was moved aside
 * earlier stays where it is while its number is still taken.
 */
export function chooseNumber(
  desired: number,
  current: number | null,
  numbers: Numbers,
  mode: 'nearest' | 'exact',
  range: { readonly highest: number },
): Choice {
  const isTaken = (number: number): boolean => numbers.taken.has(number) || numbers.theirs.includes(number);
  if (!isTaken(desired)) return { kind: 'number', number: desired };
  if (mode === 'exact')
    return { kind: 'none', detail: `number ${desired} is taken, and the destination takes no other` };
  const barrier = Math.min(
    ...numbers.theirs.filter((number) => number > desired),
    ...numbers.wanted.filter((number) => number > desired),
    range.highest + 1,
  );
  if (current !== null && current > desired && current < barrier && !isTaken(current)) {
    return { kind: 'number', number: current };
  }
  for (let number = desired + 1; number < barrier; number++) {
    if (!isTaken(number)) return { kind: 'number', number };
  }
  return { kind: 'none', detail: `number ${desired} is taken, and none is free before ${barrier}` };
}
