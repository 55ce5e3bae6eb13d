import { runScript } from '../../command/script.ts';
import { SETTINGS } from '../../command/usage.ts';
import { removeAws } from './removal.ts';

const does =
  'Pauses as pause:aws does, detaches everything of ours, and only when nothing is left removes what was deployed.';
const options = ['lift', 'expects', 'member-role', 'drained', 'yes'] as const;

await runScript({ script: 'remove:aws', does, file: SETTINGS, options }, removeAws);
