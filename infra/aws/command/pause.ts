import { runScript } from '../../command/script.ts';
import { SETTINGS } from '../../command/usage.ts';
import { pauseAws } from './pausing.ts';

const does = 'Builds, deploys what is deployed again in mode paused, and waits until what had begun is over.';

await runScript({ script: 'pause:aws', does, file: SETTINGS, options: ['drained', 'yes'] }, pauseAws);
