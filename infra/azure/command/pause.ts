import { runScript } from '../../command/script.ts';
import { PARAMETERS } from '../../command/usage.ts';
import { pauseAzure } from './pausing.ts';

const does = 'Sets the mode of the app that is deployed to paused, and waits until what it had begun is over.';

await runScript({ script: 'pause:azure', does, file: PARAMETERS, options: ['subscription'] }, pauseAzure);
