/** `npm run deploy:azure -- [parameters] [--subscription HOME]`: checks, packs, deploys, publishes, and says what comes next. */
import { readTyped } from '../../command/options.ts';
import { runScript } from '../../command/script.ts';
import { deployAzure } from './deployment.ts';

await runScript((typed, means) => deployAzure(readTyped(typed, ['subscription']), means));
