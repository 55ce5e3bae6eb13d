import { runScript } from '../../command/script.ts';
import { SETTINGS } from '../../command/usage.ts';
import { synthAws } from './synthesis.ts';

const does =
  'Builds, and writes the AWS templates to dist/infra/aws, and the one for members of any deployment to dist/infra/members.';
const file = {
  ...SETTINGS,
  says: 'the settings file; when left out tapkeeper.aws.yaml, or the example where there is none',
};

await runScript({ script: 'synth', does, file, options: [] }, synthAws);
