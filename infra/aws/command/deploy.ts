/** `npm run deploy:aws [settings] [--yes]`: checks, builds, deploys, and says what comes next. */
import { readTyped } from '../../command/options.ts';
import { runScript } from '../../command/script.ts';
import { deployAws } from './deployment.ts';

await runScript((typed, means) => deployAws(readTyped(typed, ['yes']), means));
