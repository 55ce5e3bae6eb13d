import type { Instant } from '../words.ts';
import type { About } from './subjects.ts';

/** When the latest event happened that asks for a source, by its own id or by its machine's. */
export type Happened = (about: About) => Instant;
