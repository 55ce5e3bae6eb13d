/** Whether running machines may be interrupted, as the windows say at one moment. */
export type Opening =
  /** `endsAtMs`: when the window ends; `null`: there are no windows. */
  | { readonly kind: 'open'; readonly endsAtMs: number | null }
  /** `opensAtMs`: when the next window begins; `null`: none ever does. */
  | { readonly kind: 'closed'; readonly opensAtMs: number | null };

/** Where no windows are configured. */
export const ALWAYS_OPEN: Opening = { kind: 'open', endsAtMs: null };
