/** `npm run check:aws [settings]`: whether AWS is ready to be deployed to. Changes nothing. */
import { isFatal } from '../../command/finding.ts';
import { readTyped } from '../../command/options.ts';
import { pathFrom, runScript } from '../../command/script.ts';
import { checkAws } from './checks.ts';

await runScript(async (typed, { run, say }) => {
  const { file } = readTyped(typed, []);
  const { findings } = await checkAws(run, pathFrom(file ?? 'tapkeeper.aws.yaml'), say);
  return findings.some(isFatal) ? 1 : 0;
});
