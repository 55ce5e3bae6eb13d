import { copyFileSync, cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { SCOPES_FILE } from '../../../lambdas/settings.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Settings } from '../settings.ts';
import { areScopesInEnvironment, toScopesText } from './environment.ts';

/** The names of the Lambdas' bundles, as `npm run build` writes them. */
export type Bundle = 'on-change' | 'sweep' | 'resync';

/** Where the rules are beside a bundle (lambdas/compose.ts). */
const RULES_FILE = 'tapkeeper.yaml';

/** CDK asks for one, and uses it only where the files cannot be put together here. */
const NO_IMAGE = DockerImage.fromRegistry('none');

/**
 * A Lambda's bundle, with what of the settings lies beside it: the rules if they are a file, and the scopes if they are too many for
 * the environment. A change of these is then a deployment, and is rolled back as one. The asset is named by what is in it, so
 * nothing is deployed that did not change.
 * @param bundles The folder that has a folder for each bundle.
 * @throws Fault `config-invalid` when the bundle is not there.
 */
export function codeOf(bundles: string, name: Bundle, settings: Settings): Code {
  const folder = join(bundles, name);
  if (!existsSync(join(folder, 'index.js'))) {
    throw new Fault('config-invalid', `packing the Lambda ${name}: ${folder} has no index.js; run npm run build first`);
  }
  return Code.fromAsset(folder, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: NO_IMAGE,
      local: {
        tryBundle(output) {
          cpSync(folder, output, { recursive: true });
          putBeside(output, settings);
          return true;
        },
      },
    },
  });
}

function putBeside(output: string, settings: Settings): void {
  const { rules } = settings;
  if (rules.kind === 'file') copyFileSync(rules.path, join(output, RULES_FILE));
  if (!areScopesInEnvironment(settings)) writeFileSync(join(output, SCOPES_FILE), toScopesText(settings));
}
