/** `npm run check:azure -- [parameters] [--subscription HOME]`: whether Azure is ready to be deployed to. Changes nothing. */
import { isFatal } from '../../command/finding.ts';
import { readTyped } from '../../command/options.ts';
import { pathFrom, runScript } from '../../command/script.ts';
import { checkAzure } from './checks.ts';

await runScript(async (typed, { run, say }) => {
  const { file, subscription } = readTyped(typed, ['subscription']);
  const wanted = { parametersPath: pathFrom(file ?? 'tapkeeper.bicepparam'), subscription };
  const { findings } = await checkAzure(run, wanted, say);
  return findings.some(isFatal) ? 1 : 0;
});
