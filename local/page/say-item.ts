import { printable } from '../../shared/print/printable.ts';
import type { FeedItem } from './page-state.ts';

/** One thing that happened, as a line of a log for people. */
export function sayItem({ at, cloud, text, afterMs }: FeedItem): string {
  const after = afterMs === null ? '' : ` (${Math.round(afterMs)} ms after the event)`;
  return `${at.slice(11, 23)} ${(cloud ?? '').padEnd(5)} ${printable(text)}${after}`;
}
