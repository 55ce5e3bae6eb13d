import { runScript } from '../../command/script.ts';
import { SETTINGS } from '../../command/usage.ts';
import { deployAws } from './deployment.ts';

const does = 'Checks as check:aws does, builds, deploys, and says what comes next.';

await runScript({ script: 'deploy:aws', does, file: SETTINGS, options: ['yes'] }, deployAws);
