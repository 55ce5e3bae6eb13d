import { isFatal } from '../../command/finding.ts';
import { pathFrom, runScript } from '../../command/script.ts';
import { PARAMETERS } from '../../command/usage.ts';
import { checkAzure } from './checks.ts';

const does = 'Whether Azure is ready to be deployed to: what is missing, and what to do about it. Changes nothing.';
const usage = { script: 'check:azure', does, file: PARAMETERS, options: ['subscription'] } as const;

await runScript(usage, async ({ file, subscription }, { run, say }) => {
  const wanted = { parametersPath: pathFrom(file ?? 'tapkeeper.bicepparam'), subscription };
  const { findings } = await checkAzure(run, wanted, say);
  return findings.some(isFatal) ? 1 : 0;
});
