import { Fault } from '../../../../shared/fault.ts';
import { ACCOUNT_MARK } from '../../../../lambdas/ec2/clients/assume.ts';
import type { Drain } from '../../../command/drain.ts';
import { toLine, type Typed } from '../../../command/options.ts';
import type { Settings } from '../../settings.ts';
import { toText } from '../../settings/rules-place.ts';

/**
 * Lets no scope be forgotten: what is deployed next tells of none that the settings do not name.
 * @throws Fault `config-invalid`.
 */
export function refuseForgotten(dropped: readonly string[], { drained }: Pick<Typed, 'drained'>): void {
  const forgotten = dropped.filter((key) => !drained.includes(key));
  if (forgotten.length > 0) {
    throw new Fault(
      'config-invalid',
      `${forgotten.join(', ')}: kept by what is deployed, and not in the settings any more, so sessions would be left behind. ` +
        `Put it back into \`scopes\`; or, where none are left, say --drained ${forgotten[0]}`,
    );
  }
}

/**
 * How every scope is reached that is kept. The role of members trusts the functions only; a person has another one.
 * @param dropped What is kept by what is deployed, and is not in the settings any more. It is not drained without a word, since a
 * removal that is repeated finds the settings deployed and knows nothing of it.
 * @throws Fault `config-invalid` when a scope would be left out without a word.
 */
export function toDrain(
  { account, region, owner, rules, scopes }: Settings,
  dropped: readonly string[],
  typed: Typed,
): Drain {
  const { memberRole, drained } = typed;
  const keys = scopes.map((scope) => `${scope.account}:${scope.region}`);
  refuseForgotten(dropped, { drained });
  if (memberRole !== null && !memberRole.includes(ACCOUNT_MARK)) {
    throw new Fault('config-invalid', `--member-role ${memberRole}: write ${ACCOUNT_MARK} where the account's id is`);
  }
  const left = keys.filter((key) => !drained.includes(key));
  const elsewhere = left.filter((key) => !key.startsWith(`${account}:`));
  if (elsewhere.length > 0 && memberRole === null) {
    throw new Fault(
      'config-invalid',
      `${elsewhere.join(', ')}: of another account, where sessions would be left behind. Give a role that you may assume there and that may delete them, ` +
        `as --member-role 'arn:aws:iam::${ACCOUNT_MARK}:role/OrganizationAccountAccessRole'; or pause it (npm run pause:aws), drain each with its own credentials (TAPKEEPER_MODE=paused npm run -s tapkeeper -- drain --scope ${elsewhere[0]}) and say --drained ${elsewhere[0]}`,
    );
  }
  return {
    owner,
    again: toLine('remove:aws', typed),
    rules: toText(rules),
    scopes: left,
    // A parameter with the rules is in the region that is deployed to.
    env: {
      AWS_REGION: region,
      TAPKEEPER_ACCOUNT: account,
      ...(memberRole === null ? {} : { TAPKEEPER_MEMBER_ROLE: memberRole }),
    },
  };
}
