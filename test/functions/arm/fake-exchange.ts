import type { Answer, Exchange } from '../../../functions/arm/traffic/wire.ts';

/** What is said at each address, by its lower-cased path (power states: with `?statusonly`); what is not there is not found. */
export type Said = Record<string, Partial<Answer> | 'unreachable'>;

export interface FakeExchange {
  readonly exchange: Exchange;
  /** The paths that were asked for, in order. */
  readonly asked: string[];
}

/** A Resource Manager that says what it is told to. */
export function fakeExchange(said: Said): FakeExchange {
  const asked: string[] = [];
  return {
    asked,
    exchange: async ({ call, address }) => {
      const key = `${address.toLowerCase()}${call.query.includes('statusOnly=true') ? '?statusonly' : ''}`;
      asked.push(key);
      const answer = said[key];
      if (answer === 'unreachable') return { status: 503, headers: {}, body: { error: { code: 'ServerBusy' } } };
      const absent = { status: 404, headers: {}, body: { error: { code: 'ResourceNotFound', message: 'gone' } } };
      return answer === undefined ? absent : { status: 200, headers: {}, body: null, ...answer };
    },
  };
}

export const listOf = (...value: readonly unknown[]): Partial<Answer> => ({ body: { value } });
export const denied: Partial<Answer> = { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } };
