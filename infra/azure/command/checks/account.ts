import * as v from 'valibot';
import { fail, type Finding, ok } from '../../../command/finding.ts';
import type { Az } from './az.ts';

const Account = v.object({ id: v.string(), tenantId: v.string(), state: v.string() });

/** Where a person is signed in. */
export interface SignedIn {
  /** `null`: nowhere. */
  readonly home: string | null;
  readonly finding: Finding;
}

/** The subscription to deploy to: the one that was named, else the one that the command line has chosen. Who it is is nobody's business. */
export async function checkSignIn(az: Az, subscription: string | null): Promise<SignedIn> {
  const named = subscription === null ? [] : ['--subscription', subscription];
  const asked = await az(Account, 'account', 'show', ...named);
  if (asked.kind === 'refused') {
    const finding = fail(`signing in: ${asked.said}`, 'az login, and az account set --subscription HOME');
    return { home: null, finding };
  }
  const { id, tenantId, state } = asked.value;
  if (state === 'Enabled')
    return { home: id, finding: ok(`signed in to the tenant ${tenantId}; home is the subscription ${id}`) };
  return {
    home: null,
    finding: fail(`the subscription ${id} is ${state}`, 'deploy to another one, with --subscription'),
  };
}
