/**
 * `npm run remove:aws -- [settings] --lift all --lift limit`: pauses, drains, and removes.
 *
 *   --lift <trip>         a trip of the guard that drain names, repeatable
 *   --expects <digest>    the digest that drain printed, one per scope, instead of a yes at the terminal
 *   --member-role <arn>   a role by which scopes of other accounts are drained, with {account} in the account's place
 *   --drained <scope>     a scope of another account that was drained by hand
 *   --yes                 the CDK does not ask
 */
import { readTyped } from '../../command/options.ts';
import { runScript } from '../../command/script.ts';
import { removeAws } from './removal.ts';

const OPTIONS = ['lift', 'expects', 'member-role', 'drained', 'yes'] as const;

await runScript((typed, means) => removeAws(readTyped(typed, OPTIONS), means));
