import type { Call } from '../permissions.ts';

export interface Request {
  readonly call: Call;
  /** A resource's path, or an address that Azure gave (a next page, a running operation), which is followed as it is. */
  readonly address: string;
  readonly body: unknown;
}

/** What Azure answered, whatever its status; the body is the JSON as it was sent. */
export interface Answer {
  readonly status: number;
  /** By lower-cased name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * One request and its answer.
 * @throws Fault `unreachable` when there is no answer, `denied` when nobody could be signed in.
 */
export type Exchange = (request: Request) => Promise<Answer>;

/** An address for messages: operation addresses are signed and must not be logged, so they lose their query. */
export const nameAddress = (address: string): string => address.replace(/\?.*$/s, '').replace(/^https?:\/\/[^/]+/i, '');
