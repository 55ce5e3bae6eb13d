import type { Scope } from '../words.ts';

/** A scope as one text: equal scopes, equal text; also how messages for people name it. */
export const toScopeKey = ({ account, region }: Scope): string => (region === null ? account : `${account}:${region}`);
