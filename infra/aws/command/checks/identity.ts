import * as v from 'valibot';
import { fail, type Finding, ok } from '../../../command/finding.ts';
import type { Sight } from './aws-cli.ts';

const Caller = v.object({ Account: v.string() });

/** Whether the credentials are of the account of the settings. Whose they are is nobody's business. */
export async function checkIdentity({ aws, settings }: Sight): Promise<Finding> {
  const asked = await aws(Caller, ['sts', 'get-caller-identity']);
  if (asked.kind === 'refused') {
    return fail(
      `credentials: ${asked.said}`,
      `sign in to the account ${settings.account}, as by aws sso login, or set AWS_PROFILE`,
    );
  }
  const { Account: account } = asked.value;
  if (account === settings.account) return ok(`credentials of the account ${account}`);
  return fail(
    `the credentials are of the account ${account}, the settings name ${settings.account}`,
    'use credentials of the account of the settings (AWS_PROFILE), or correct `account`',
  );
}
