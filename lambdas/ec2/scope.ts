import { parseAccountId } from '../../shared/ids.ts';
import type { AccountId, Scope } from '../../shared/words.ts';

/** A scope of AWS. */
export type AwsScope = Extract<Scope, { readonly cloud: 'aws' }>;

/** An account id has twelve digits; what passes it on as a number loses the zeros that it begins with. */
export const toAccountId = (text: string): AccountId => parseAccountId(text.trim().padStart(12, '0'));

/** Whether an answer names the scope's account as the owner; one that names nobody is about what the account has. */
export const isOwnedHere = ({ account }: AwsScope, owner: string | undefined): boolean =>
  owner === undefined || toAccountId(owner) === toAccountId(account);
