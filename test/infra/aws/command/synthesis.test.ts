import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { synthAws } from '../../../../infra/aws/command/synthesis.ts';
import { readTyped } from '../../../../infra/command/options.ts';
import type { Call } from '../../../../infra/command/process.ts';
import { answered, ended, type Recorded, record } from '../../command/recorded.ts';
import { settingsFile } from './commands.ts';

let into: string;
beforeEach(() => {
  into = mkdtempSync(join(tmpdir(), 'tapkeeper-synth-'));
  vi.stubEnv('INIT_CWD', into);
});
afterEach(() => vi.unstubAllEnvs());

/** As the CDK does: it takes away nothing that is there. */
function writeTemplate({ args }: Call) {
  const folder = args[args.indexOf('-o') + 1] ?? '';
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'new.template.json'), '{}');
  return answered('Bundling asset a/b/Code...\n\nrules.yaml:3: a warning\nSuccessfully synthesized to x\n');
}

async function synth(typed: readonly string[] = [], answers: Readonly<Record<string, Recorded>> = {}) {
  const table = { 'npm run': answered('dist/index.js 3 kB\n'), 'cdk synth': writeTemplate, ...answers };
  const recording = record(table);
  const code = await synthAws(readTyped(typed, []), recording.means, into).catch((thrown: Error) => thrown.message);
  return { code, ran: recording.ran, lines: recording.lines };
}

test('takes the example where there is no file, says so, and one line for each template and what a person is to see', async () => {
  const { code, ran, lines } = await synth();

  expect(code).toBe(0);
  expect(ran).toEqual([
    'npm run --silent build',
    `cdk synth --quiet -c settings=infra/aws/tapkeeper.aws.example.yaml -o ${into}/aws`,
    `cdk synth --quiet -c template=member -o ${into}/members`,
  ]);
  expect(lines[0]).toBe(
    `Settings: infra/aws/tapkeeper.aws.example.yaml, an example, since there is no ${into}/tapkeeper.aws.yaml`,
  );
  expect(lines.slice(1)).toEqual([
    'rules.yaml:3: a warning',
    expect.stringMatching(/aws\/new\.template\.json$/),
    'rules.yaml:3: a warning',
    expect.stringMatching(/members\/new\.template\.json$/),
  ]);
});

test('takes the usual file where it is there, and another one that is named', async () => {
  const settings = settingsFile();
  expect((await synth([settings])).ran[1]).toContain(`settings=${settings} `);

  vi.stubEnv('INIT_CWD', dirname(settings));
  expect((await synth()).lines[0]).toBe(`Settings: ${settings}`);
});

test('leaves no template of other settings', async () => {
  mkdirSync(join(into, 'aws'));
  writeFileSync(join(into, 'aws', 'old.template.json'), '{}');

  expect((await synth()).code).toBe(0);
  expect([
    existsSync(join(into, 'aws', 'old.template.json')),
    existsSync(join(into, 'aws', 'new.template.json')),
  ]).toEqual([false, true]);
});

test('a file that is named and not there, and what the CDK or the build refuses, are told', async () => {
  const missing = await synth(['prod.aws.yaml']);
  expect([missing.code, missing.ran]).toEqual([
    expect.stringMatching(
      /^there is no settings file \S+prod\.aws\.yaml; begin with a copy .*npm run check:aws -- FILE$/,
    ),
    [],
  ]);

  expect((await synth([], { 'npm run': { ...ended(1), stderr: 'too large\n' } })).code).toBe(
    'building: npm ended with exit code 1\ntoo large',
  );
  expect((await synth([], { 'cdk synth': { ...ended(1), stderr: 'no rules\n' } })).code).toContain('\nno rules');
});
