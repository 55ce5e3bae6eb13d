/**
 * The CDK app: what `cdk` runs, by cdk.json.
 *
 *     cdk synth  -c settings=my.aws.yaml      the file with the settings; tapkeeper.aws.yaml when left out
 *     cdk deploy STACK -c mode=paused         another mode than the settings have
 *     cdk deploy STACK -c bundles=PATH        Lambdas from elsewhere than dist/lambdas
 *     cdk synth  -c template=member           without settings: the template for the members of any deployment
 */
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { Fault } from '../../shared/fault.ts';
import { memberStack } from './member/member-stack.ts';
import { judge } from './nag.ts';
import { newApp } from './new-app.ts';
import { loadSettings } from './settings.ts';
import { addStacks } from './stacks.ts';

const BUNDLES = join(import.meta.dirname, '..', '..', 'dist', 'lambdas');

type ContextOf = (key: string) => string | null;

const contextIn =
  (app: App): ContextOf =>
  (key) => {
    const value: unknown = app.node.tryGetContext(key);
    return typeof value === 'string' ? value : null;
  };

function addAll(app: App): void {
  const contextOf = contextIn(app);
  const template = contextOf('template');
  if (template === null) addConfigured(app, contextOf);
  else if (template === 'member') memberStack(app, 'tapkeeper-member', null);
  else throw new Fault('config-invalid', `-c template=${template}: there is no such template; write member`);
}

function addConfigured(app: App, contextOf: ContextOf): void {
  const { settings, warnings } = loadSettings(contextOf('settings') ?? 'tapkeeper.aws.yaml', contextOf('mode'));
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
  addStacks(app, settings, contextOf('bundles') ?? BUNDLES);
}

/** cdk-nag looks at properties that CDK has deprecated. Those that we use ourselves have been told by then. */
function write(app: App): void {
  judge(app);
  process.env['JSII_DEPRECATED'] ??= 'quiet';
  app.synth();
}

try {
  const app = newApp({ autoSynth: false });
  addAll(app);
  write(app);
} catch (thrown) {
  if (!(thrown instanceof Fault)) throw thrown;
  process.stderr.write(`${thrown.message}\n`);
  process.exitCode = 1;
}
