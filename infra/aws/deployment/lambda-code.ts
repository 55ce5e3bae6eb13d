import { copyFileSync, cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { NamedPlace } from '../../../lambdas/rules/place.ts';
import { Fault } from '../../../shared/fault.ts';

/** The names of the Lambdas' bundles, as `npm run build` writes them. */
export type Bundle = 'on-change' | 'sweep' | 'resync';

/** Where the rules are beside a bundle (lambdas/compose.ts). */
const RULES_BESIDE = 'tapkeeper.yaml';

/** CDK asks for one, and uses it only where the files cannot be put together here. */
const NO_IMAGE = DockerImage.fromRegistry('none');

/**
 * A Lambda's bundle, with the rules beside it if they are a file: rules that change are then a deployment, and are rolled back as
 * one. The asset is named by what is in it, so nothing is deployed that did not change.
 * @param bundles The folder that has a folder for each bundle.
 * @throws Fault `config-invalid` when the bundle is not there.
 */
export function codeOf(bundles: string, name: Bundle, rules: NamedPlace): Code {
  const folder = join(bundles, name);
  if (!existsSync(join(folder, 'index.js'))) {
    throw new Fault('config-invalid', `packing the Lambda ${name}: ${folder} has no index.js; run npm run build first`);
  }
  if (rules.kind !== 'file') return Code.fromAsset(folder);
  return Code.fromAsset(folder, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: NO_IMAGE,
      local: {
        tryBundle(output) {
          cpSync(folder, output, { recursive: true });
          copyFileSync(rules.path, join(output, RULES_BESIDE));
          return true;
        },
      },
    },
  });
}
