import type { Clock } from '../../../shared/ports.ts';
import type { AttachmentId } from '../../../shared/words.ts';

/**
 * What this process has written a moment ago: another message about the same machine may have been read before that, and would
 * write it once more.
 */
export interface Lately {
  has(attachment: AttachmentId): boolean;
  write(attachment: AttachmentId): void;
  forget(attachment: AttachmentId): void;
}

/** No invocation carries out for longer what it has read. */
const LATELY_MS = 300_000;
const MOST = 10_000;

export function rememberLately(clock: Clock): Lately {
  const written = new Map<AttachmentId, number>();
  return {
    has: (attachment) => clock.now() - (written.get(attachment) ?? Number.NEGATIVE_INFINITY) < LATELY_MS,
    write(attachment) {
      written.delete(attachment);
      written.set(attachment, clock.now());
      const [oldest] = written.keys();
      if (written.size > MOST && oldest !== undefined) written.delete(oldest);
    },
    forget: (attachment) => void written.delete(attachment),
  };
}
