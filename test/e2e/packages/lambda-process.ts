import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { DescribedFunction } from './deployed-stack.ts';
import { type Outcome, startRuntimeApi } from './runtime-api.ts';

/** A function as the template describes it, and where its package is unpacked. */
export interface DeployedFunction extends Omit<DescribedFunction, 'roleName' | 'policy'> {
  readonly folder: string;
}

/** Where and as whom a function runs. */
export interface Surroundings {
  readonly region: string;
  readonly account: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Addresses of the services, which are the SDKs' own where a function is deployed. */
  readonly endpoints: Readonly<Record<string, string>>;
}

/** One execution environment of a function. */
export interface LambdaProcess {
  invoke(event: unknown): Promise<Outcome>;
  /** What it has written, as CloudWatch Logs gets it. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

const require = createRequire(import.meta.url);
const CLIENT = join(dirname(require.resolve('aws-lambda-ric')), '../bin/index.mjs');
const STAND_IN = fileURLToPath(new URL('./native-stand-in.ts', import.meta.url));

/**
 * Lambda's own variables, and nothing of the environment that tests run in
 * (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime).
 */
const toEnvironment = (lambda: DeployedFunction, { region, accessKeyId, secretAccessKey }: Surroundings) => ({
  AWS_LAMBDA_FUNCTION_NAME: lambda.name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memoryMb),
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${lambda.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/01/[$LATEST]0123456789abcdef0123456789abcdef',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: 'local',
  LAMBDA_TASK_ROOT: lambda.folder,
  _HANDLER: lambda.handler,
});

/** Starts a function's process as Lambda does: its own runtime interface client, in the folder of the package. */
export async function startLambda(lambda: DeployedFunction, surroundings: Surroundings): Promise<LambdaProcess> {
  const { region, account, endpoints } = surroundings;
  const arn = `arn:aws:lambda:${region}:${account}:function:${lambda.name}`;
  const api = await startRuntimeApi(arn, lambda.timeoutSeconds);
  const child = spawn(process.execPath, ['--require', STAND_IN, CLIENT, lambda.handler], {
    cwd: lambda.folder,
    env: {
      ...toEnvironment(lambda, surroundings),
      ...lambda.environment,
      ...endpoints,
      AWS_LAMBDA_RUNTIME_API: api.address,
      AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const errors: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => void lines.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => void errors.push(line));
  const closed = once(child, 'close').then(([code]) => api.abandon(`it ended with ${code}: ${errors.join('\n')}`));
  return {
    invoke: api.invoke,
    lines,
    async stop() {
      child.kill();
      await closed;
      await api.stop();
    },
  };
}
