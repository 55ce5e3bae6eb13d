import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { newApp } from '../../../infra/aws/new-app.ts';
import type { DestinationSettings } from '../../../infra/aws/destination/destination-settings.ts';
import { destinationStack } from '../../../infra/aws/destination/destination-stack.ts';
import { memberStack } from '../../../infra/aws/member/member-stack.ts';
import { namesOf } from '../../../infra/aws/names.ts';
import { EXAMPLE, SMALLEST, synthesise } from './deployment-rig.ts';

/** CDK names dependencies that references imply, for the sake of policies that have to be there first. */
const IMPLIED_DEPENDENCY = 'W3005';

/** A destination of the other kind than the settings with everything have. */
const ONE_SENSOR: DestinationSettings = {
  vpc: 'vpc-0123456789abcdef0',
  sources: ['10.0.0.0/16'],
  sensorSecurityGroup: 'sg-0123456789abcdef0',
  entry: { kind: 'network-interface', id: 'eni-0123456789abcdef0' },
};

/** Starting it costs seconds, and each rule is asked about each resource. */
const LINT_MS = 120_000;

const isThere = spawnSync('cfn-lint', ['--version']).status === 0;

function writeTemplates(folder: string): readonly string[] {
  const write = (name: string, template: Template): string => {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, JSON.stringify(template.toJSON()));
    return path;
  };
  const app = newApp({});
  const alone = [
    memberStack(app, 'for-any-deployment', null),
    destinationStack(app, namesOf(EXAMPLE.owner), EXAMPLE, ONE_SENSOR),
  ];
  const deployments = [EXAMPLE, SMALLEST].map((settings) => {
    const [{ templates }, remove] = synthesise(settings);
    remove();
    return templates;
  });
  return [
    ...alone.map((stack) => write(`alone-${stack.stackName}`, Template.fromStack(stack))),
    ...deployments.flatMap((templates, at) =>
      [...templates].map(([name, template]) => write(`${at}-${name}`, template)),
    ),
  ];
}

test.skipIf(!isThere)(
  'cfn-lint has nothing to say of any template (skipped where it is not installed)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'tapkeeper-lint-'));
    try {
      const paths = writeTemplates(folder);
      expect(paths.length).toBeGreaterThan(5);
      const { status, stdout } = spawnSync('cfn-lint', ['--ignore-checks', IMPLIED_DEPENDENCY, '--', ...paths], {
        encoding: 'utf8',
      });
      expect(stdout).toBe('');
      expect(status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
  LINT_MS,
);
