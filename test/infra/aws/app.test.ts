import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { formatProblems, parseConfig } from '../../../shared/config/parse.ts';
import { stubBundles } from './deployment-rig.ts';

// A process of its own that loads CDK: two seconds of a processor, and many more of one that is shared.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapkeeper-app-'));
  stubBundles(join(folder, 'bundles'));
});

afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Nothing of who runs it: no credentials, no profile, no home. */
const ENV = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', CI: 'true', NO_COLOR: '1' };

const run = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...ENV, ...env } }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stdout, stderr });
    });
  });

/** Runs the app as the CDK's command line does. */
const synthesise = (context: Readonly<Record<string, string>>): Promise<Ended> =>
  run(['infra/aws/app.ts'], {
    CDK_CONTEXT_JSON: JSON.stringify({ bundles: join(folder, 'bundles'), ...context }),
    CDK_OUTDIR: join(folder, 'out'),
  });

const SETTINGS = "account: '123456789012'\nregion: us-east-1\nrules: rules.yaml\n";

/** Runs the CDK's command line into a folder of this name. */
async function synthesiseByCommand(name: string, ...context: readonly string[]) {
  const out = join(folder, name);
  const given = [...context, `bundles=${join(folder, 'bundles')}`].flatMap((one) => ['-c', one]);
  const cdk = ['node_modules/aws-cdk/bin/cdk', 'synth', '-q', ...given, '-o', out];
  const { code, stdout, stderr } = await run(cdk, { HOME: folder });
  // In a pipeline the CDK tells all but errors on the one, else on the other.
  const said = `${stdout}${stderr}`;
  expect(code, said).toBe(0);
  const templates = readdirSync(out).filter((one) => one.endsWith('.template.json'));
  return { out, said, templates: templates.sort() };
}

test('the command line writes every template of the example, without credentials and without a warning', async () => {
  const { templates, said } = await synthesiseByCommand('cli', 'settings=infra/aws/tapkeeper.aws.example.yaml');
  expect(templates).toEqual([
    'tapkeeper-soc-destination.template.json',
    'tapkeeper-soc-member.template.json',
    'tapkeeper-soc.template.json',
  ]);
  const told = said.split('\n').filter((line) => !/^(Bundling asset |Successfully |Supply a stack id |$)/.test(line));
  expect(told).toEqual([]);
});

test('the command line writes the template for the members of any deployment, without settings', async () => {
  const { out, templates } = await synthesiseByCommand('generic', 'template=member', 'settings=none.yaml');
  expect(templates).toEqual(['tapkeeper-member.template.json']);
  const text = readFileSync(join(out, 'tapkeeper-member.template.json'), 'utf8');
  expect(text).not.toMatch(/[0-9]{12}/);
  const { Parameters: parameters } = JSON.parse(text) as { readonly Parameters: Readonly<Record<string, object>> };
  expect(parameters['CentralAccount']).not.toHaveProperty('Default');
});

test('rules that are not valid are told by the lines of validate and nothing else, and nothing is written', async () => {
  const rules = 'version: 1\nowner: SOC\nrule: []\n';
  const path = join(folder, 'rules.yaml');
  writeFileSync(path, rules);
  writeFileSync(join(folder, 'settings.yaml'), SETTINGS);
  const parsed = parseConfig(rules);
  const problems = parsed.kind === 'invalid' ? parsed.problems : [];
  expect(problems.length).toBe(2);
  expect(await synthesise({ settings: join(folder, 'settings.yaml') })).toEqual({
    code: 1,
    stdout: '',
    stderr: `${path} is not valid, so nothing is deployed:\n${formatProblems(path, problems)}\n`,
  });
  expect(existsSync(join(folder, 'out', 'manifest.json'))).toBe(false);
});

test.each([
  ['no settings', { settings: 'none.yaml' }, /^reading the settings file none\.yaml: ENOENT.*copy of infra.*\n$/],
  [
    'a mode that is none',
    { settings: 'infra/aws/tapkeeper.aws.example.yaml', mode: 'off' },
    /^-c mode=off: there is no such mode; write observe, enforce, paused\n$/,
  ],
  [
    'a template that is none',
    { template: 'members' },
    /^-c template=members: there is no such template; write member\n$/,
  ],
  [
    'no bundles',
    { settings: 'infra/aws/tapkeeper.aws.example.yaml', bundles: '/nowhere' },
    /^packing the Lambda on-change: \/nowhere\/on-change has no index\.js; run npm run build first\n$/,
  ],
])('%s is told in one line', async (_, context, said) => {
  const { code, stderr } = await synthesise(context);
  expect(stderr).toMatch(said);
  expect(code).toBe(1);
});
