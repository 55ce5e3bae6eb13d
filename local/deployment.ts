import { readFileSync } from 'node:fs';
import { compose as composeFunctions } from '../functions/compose.ts';
import { compose as composeLambdas } from '../lambdas/compose.ts';
import type { Deps, Journal } from '../shared/ports.ts';
import type { Cloud } from '../shared/words.ts';
import { type AwsCloud, startAwsCloud } from './aws/aws-cloud.ts';
import { hostLambdas } from './aws/lambda-host.ts';
import { toEnvironment } from './aws/lambda-settings.ts';
import { FUNCTION_APP, hostFunctions } from './azure/host.ts';
import { parseQueueSettings } from './azure/host/host-settings.ts';
import { credentialOf } from './azure/identities.ts';
import { type AzureCloud, startAzureCloud } from './azure/start.ts';
import type { CleanUp } from './clean-up.ts';
import { packagePath } from './package-root.ts';
import type { Host } from './page/act.ts';
import type { WatchedRules } from './watched-rules.ts';

export interface Clouds {
  readonly aws: AwsCloud;
  readonly azure: AzureCloud;
}

/** @throws Error that names the port when one is taken. */
export async function startClouds(ports: { ec2: number; arm: number }, cleanUp: CleanUp): Promise<Clouds> {
  const aws = await startAwsCloud({ port: ports.ec2 });
  cleanUp.add(() => aws.stop());
  const azure = await startAzureCloud({ port: ports.arm });
  cleanUp.add(() => azure.stop());
  return { aws, azure };
}

interface Deployment {
  readonly rules: WatchedRules;
  readonly journal: Journal;
  readonly sweepSeconds: number;
  /** Told of an invocation that failed as a whole. */
  readonly failed: (cloud: Cloud, what: string) => void;
}

/** Hosts the handlers that are deployed, on both clouds, in mode `enforce`. */
export function deploy(
  { aws, azure }: Clouds,
  deployment: Deployment,
  cleanUp: CleanUp,
): Readonly<Record<Cloud, Host>> {
  const { rules, journal, sweepSeconds, failed } = deployment;
  const { path: rulesPath } = rules.state();
  const lambdas = hostLambdas(aws, {
    rulesPath,
    rules,
    journal,
    sweepSeconds,
    mode: () => 'enforce',
    failed: (what, thrown) => failed('aws', `${what}: ${thrown instanceof Error ? thrown.message : String(thrown)}`),
  });
  cleanUp.add(() => lambdas.stop());
  const functions = hostFunctions(azure, {
    rulesPath,
    sweepSeconds,
    mode: 'enforce',
    overrides: { rules, journal },
    queueSettings: parseQueueSettings(readFileSync(packagePath('host.json'), 'utf8')),
    log: (line) => failed('azure', line),
  });
  cleanUp.add(() => functions.stop());
  return { aws: lambdas, azure: functions };
}

const SILENT: Journal = { write: () => undefined };

/** The ports of both clouds for somebody who only looks. */
export function composeObservers({ aws, azure }: Clouds, rules: WatchedRules): Readonly<Record<Cloud, Deps>> {
  const credentials = aws.as({ kind: 'user', name: 'page' });
  const { path: rulesPath } = rules.state();
  const environment = toEnvironment(aws, { rulesPath, mode: () => 'observe' }, credentials, 1);
  const settings = {
    TAPKEEPER_SUBSCRIPTIONS: azure.subscriptions.join(','),
    TAPKEEPER_MODE: 'observe',
    AzureWebJobsStorage: azure.storageConnectionString,
  };
  return {
    aws: composeLambdas(environment, { journal: SILENT, rules, credentials }),
    azure: composeFunctions(settings, {
      journal: SILENT,
      rules,
      credential: credentialOf(FUNCTION_APP),
      httpClient: azure.httpClient,
    }),
  };
}
