/** Something wrong in a rules file, where it is, and what would be right. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** Where in the file, as `rules[2].when.tag`; empty for the whole file. */
  readonly path: string;
  /** What is wrong and what would be right, in one sentence. */
  readonly message: string;
}
