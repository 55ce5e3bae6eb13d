import { isFatal } from '../../command/finding.ts';
import { pathFrom, runScript } from '../../command/script.ts';
import { SETTINGS } from '../../command/usage.ts';
import { checkAws } from './checks.ts';

const does = 'Whether AWS is ready to be deployed to: what is missing, and what to do about it. Changes nothing.';

await runScript({ script: 'check:aws', does, file: SETTINGS, options: [] }, async ({ file }, { run, say }) => {
  const { findings } = await checkAws(run, pathFrom(file ?? 'tapkeeper.aws.yaml'), say);
  return findings.some(isFatal) ? 1 : 0;
});
