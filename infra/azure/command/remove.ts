/**
 * `npm run remove:azure -- [parameters] --lift all --lift limit`: pauses, drains, and removes.
 *
 *   --subscription <id>   the home subscription, where it is not the one that the Azure CLI has chosen
 *   --lift <trip>         a trip of the guard that drain names, repeatable
 *   --expects <digest>    the digest that drain printed, one per subscription, instead of a yes at the terminal
 */
import { readTyped } from '../../command/options.ts';
import { runScript } from '../../command/script.ts';
import { removeAzure } from './removal.ts';

await runScript((typed, means) => removeAzure(readTyped(typed, ['subscription', 'lift', 'expects']), means));
