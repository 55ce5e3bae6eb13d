import { type Call, showing } from '../../command/process.ts';

/** What a deployment consists of, newly built: the CDK takes it from dist. */
export const BUILD: Call = showing('npm', 'run', '--silent', 'build');

/** What the CDK is told of every stack. They do not refer to each other, so each is dealt with alone. */
export const cdk = (verb: 'deploy' | 'destroy', stack: string, settings: string, ...more: readonly string[]): Call =>
  showing('cdk', verb, stack, '--exclusively', '-c', `settings=${settings}`, ...more);
