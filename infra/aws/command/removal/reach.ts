import { Fault } from '../../../../shared/fault.ts';
import { ACCOUNT_MARK } from '../../../../lambdas/ec2/clients/assume.ts';
import type { Drain } from '../../../command/drain.ts';
import type { Typed } from '../../../command/options.ts';
import type { Settings } from '../../settings.ts';

/**
 * How every scope is reached that is kept. The role of members trusts the functions only; a person has another one.
 * @throws Fault `config-invalid` when a scope of another account would be left out without a word.
 */
export function toDrain({ account, scopes }: Settings, { memberRole, drained }: Typed): Omit<Drain, 'rules'> {
  const keys = scopes.map((scope) => `${scope.account}:${scope.region}`);
  const stray = drained.find((key) => !keys.includes(key));
  if (stray !== undefined) {
    throw new Fault('config-invalid', `--drained ${stray}: the settings keep ${keys.join(', ')}`);
  }
  if (memberRole !== null && !memberRole.includes(ACCOUNT_MARK)) {
    throw new Fault('config-invalid', `--member-role ${memberRole}: write ${ACCOUNT_MARK} where the account's id is`);
  }
  const left = keys.filter((key) => !drained.includes(key));
  const elsewhere = left.filter((key) => !key.startsWith(`${account}:`));
  if (elsewhere.length > 0 && memberRole === null) {
    throw new Fault(
      'config-invalid',
      `${elsewhere.join(', ')}: of another account, where sessions would be left behind. Give a role that you may assume there and that may delete them, ` +
        `as --member-role 'arn:aws:iam::${ACCOUNT_MARK}:role/OrganizationAccountAccessRole'; or set the mode to paused, drain each with its own credentials (TAPKEEPER_MODE=paused npx tapkeeper drain --scope ${elsewhere[0]}) and say --drained ${elsewhere[0]}`,
    );
  }
  return {
    scopes: left,
    env: { TAPKEEPER_ACCOUNT: account, ...(memberRole === null ? {} : { TAPKEEPER_MEMBER_ROLE: memberRole }) },
  };
}
