import { runScript } from '../../command/script.ts';
import { PARAMETERS } from '../../command/usage.ts';
import { removeAzure } from './removal.ts';

const does =
  'Pauses as pause:azure does, detaches everything of ours, and only when nothing is left removes what was deployed.';
const options = ['subscription', 'lift', 'expects'] as const;

await runScript({ script: 'remove:azure', does, file: PARAMETERS, options }, removeAzure);
