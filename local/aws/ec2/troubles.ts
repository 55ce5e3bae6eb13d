/** When a trouble is met: by which calls, and by how many of them. */
export interface Occasion {
  /** All regions when left out. */
  readonly region?: string;
  /** All accounts when left out. */
  readonly account?: string;
  /** How many calls pass unharmed before. */
  readonly after?: number;
  /** How many calls meet it; all when left out. */
  readonly times?: number;
}

/** A refusal that a call meets before it does anything. */
export interface Failure extends Occasion {
  readonly code: string;
  /** 400 when left out. */
  readonly status?: number;
  readonly message?: string;
}

/** A connection that breaks down. */
export interface HangUp extends Occasion {
  /** What is lost: with its answer lost, a call has had its effect. The request when left out. */
  readonly lost?: 'request' | 'answer';
  /** Whether the connection is closed or nothing ever comes. Closed when left out. */
  readonly how?: 'close' | 'silence';
}

/** What a call meets instead of its answer. */
export type Trouble =
  | { readonly kind: 'failure'; readonly code: string; readonly status: number; readonly message: string }
  | { readonly kind: 'hang-up'; readonly lost: 'request' | 'answer'; readonly how: 'close' | 'silence' };

/** Troubles that are made on demand. */
export interface Troubles {
  /** Each returns what ends the trouble. The action `*` stands for all. */
  fail(action: string, failure: Failure): () => void;
  hangUp(action: string, hangUp?: HangUp): () => void;
  /** The trouble that a call meets, the one that was made first; `null`: none. */
  meet(call: { readonly action: string; readonly region: string; readonly account: string }): Trouble | null;
}

interface Pending {
  readonly action: string;
  readonly occasion: Occasion;
  readonly trouble: Trouble;
  passing: number;
  left: number;
}

export function createTroubles(): Troubles {
  const pending = new Set<Pending>();

  const add = (action: string, occasion: Occasion, trouble: Trouble): (() => void) => {
    const { after = 0, times = Number.POSITIVE_INFINITY } = occasion;
    const one = { action, occasion, trouble, passing: after, left: times };
    pending.add(one);
    return () => void pending.delete(one);
  };

  return {
    fail: (action, { code, status = 400, message = `${code}, as was asked for`, ...occasion }) =>
      add(action, occasion, { kind: 'failure', code, status, message }),
    hangUp: (action, { lost = 'request', how = 'close', ...occasion } = {}) =>
      add(action, occasion, { kind: 'hang-up', lost, how }),
    meet(call) {
      for (const one of pending) {
        if (!concerns(one, call)) continue;
        if (one.passing > 0) {
          one.passing -= 1;
          continue;
        }
        one.left -= 1;
        if (one.left <= 0) pending.delete(one);
        return one.trouble;
      }
      return null;
    },
  };
}

const concerns = ({ action, occasion: { region, account } }: Pending, call: Parameters<Troubles['meet']>[0]): boolean =>
  (action === '*' || action === call.action) &&
  (region === undefined || region === call.region) &&
  (account === undefined || account === call.account);

/** No answer: the connection is closed, or nothing comes until the server closes it or the client loses its patience. */
export const breakDown = (how: 'close' | 'silence'): null | Promise<null> =>
  how === 'close' ? null : new Promise(() => {});

/** An answer that takes its time. */
export const answerAfter = <Answer>(delayMs: number, answer: Answer): Answer | Promise<Answer> =>
  delayMs === 0 ? answer : new Promise((resolve) => void setTimeout(resolve, delayMs, answer));
