/**
 * The CDK app: what `cdk` runs, by cdk.json.
 *
 *     cdk synth  -c settings=my.aws.yaml      the file with the settings; tapkeeper.aws.yaml when left out
 *     cdk deploy -c mode=paused               another mode than the settings have
 *     cdk deploy -c bundles=PATH              Lambdas from elsewhere than dist/lambdas
 */
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Fault } from '../../shared/fault.ts';
import { judge } from './nag.ts';
import { loadSettings } from './settings.ts';
import { addStacks } from './stacks.ts';

const BUNDLES = join(import.meta.dirname, '..', '..', 'dist', 'lambdas');

function synthesize(app: App): void {
  const contextOf = (key: string): string | null => {
    const value: unknown = app.node.tryGetContext(key);
    return typeof value === 'string' ? value : null;
  };
  const { settings, warnings } = loadSettings(contextOf('settings') ?? 'tapkeeper.aws.yaml', contextOf('mode'));
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  addStacks(app, settings, contextOf('bundles') ?? BUNDLES);
  judge(app);
  app.synth();
}

// cdk-nag looks at properties that CDK has deprecated. Those that we use ourselves, the linter tells.
process.env['JSII_DEPRECATED'] ??= 'quiet';
try {
  synthesize(new App({ analyticsReporting: false, autoSynth: false }));
} catch (thrown) {
  if (!(thrown instanceof Fault)) throw thrown;
  process.stderr.write(`${thrown.message}\n`);
  process.exitCode = 1;
}
