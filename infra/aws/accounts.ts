/** So many accounts are named in a policy, where IAM's 6,144 characters have room for no more roles with the longest names. */
export const MOST_ACCOUNTS_NAMED = 60;

/** The accounts that are kept beside the deployment's own, each once. */
export const othersIn = ({ account, scopes }: Kept): readonly string[] =>
  [...new Set(scopes.map((scope) => scope.account))].filter((other) => other !== account).sort();

interface Kept {
  readonly account: string;
  readonly scopes: readonly { readonly account: string }[];
}
