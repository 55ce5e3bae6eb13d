import { runScript } from '../../command/script.ts';
import { PARAMETERS } from '../../command/usage.ts';
import { deployAzure } from './deployment.ts';

const does = 'Checks as check:azure does, packs, deploys, publishes the code, and says what comes next.';

await runScript({ script: 'deploy:azure', does, file: PARAMETERS, options: ['subscription'] }, deployAzure);
