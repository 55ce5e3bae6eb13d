import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { ROOT } from '../../tools/root.ts';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
}

interface Job {
  readonly needs?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = join(ROOT, '.github/workflows');

/** What each workflow may do, and each of its jobs that says so for itself; nothing else. */
const PERMISSIONS: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
  'ci.yml': { '': { contents: 'read' } },
  'release.yml': {
    '': {},
    make: { contents: 'read' },
    npm: { 'id-token': 'write' },
    github: { contents: 'write' },
  },
};

/** What npm does by itself; everything else that is run through it is a script of ours. */
const COMMANDS = new Set(['ci', 'publish']);

const stepsOf = ({ jobs }: Workflow): readonly Step[] => Object.values(jobs).flatMap(({ steps }) => steps);

/** The scripts that a step has npm run. */
const scriptsOf = ({ run = '' }: Step): readonly string[] =>
  [...run.matchAll(/^\s*npm (?:run )?([\w:-]+)/gm)].map(([, name = '']) => name).filter((name) => !COMMANDS.has(name));

const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

it('all that must hold is checked by scripts that there are', async () => {
  const steps = (await readFile(join(ROOT, '.ci/run'), 'utf8')).matchAll(
    /^(?:step|.*&& step) npm (?:run )?([\w:-]+)/gm,
  );
  const named = [...steps].map(([, name = '']) => name).filter((name) => !COMMANDS.has(name));

  expect(named).toEqual(['typecheck', 'lint', 'build', 'synth', 'package', 'test']);
  expect(named.filter((script) => !(script in scripts))).toEqual([]);
});

it('the workflows are those whose permissions are known', async () => {
  expect(await readdir(FOLDER)).toEqual(Object.keys(PERMISSIONS));
});

describe.each(Object.keys(PERMISSIONS))('the workflow %s', async (name) => {
  const text = await readFile(join(FOLDER, name), 'utf8');
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  const workflow = document.toJS() as Workflow;

  it('is YAML', () => {
    expect([...document.errors, ...document.warnings]).toEqual([]);
  });

  it('asks for all that must hold, and runs scripts that there are', () => {
    expect(stepsOf(workflow).map(({ run }) => run)).toContain('.ci/run');
    expect(
      stepsOf(workflow)
        .flatMap(scriptsOf)
        .filter((script) => !(script in scripts)),
    ).toEqual([]);
  });

  it('may do what it must, and nothing else', () => {
    const own = Object.entries(workflow.jobs).flatMap(([job, { permissions }]) =>
      permissions === undefined ? [] : [[job, permissions]],
    );

    expect({ '': workflow.permissions, ...Object.fromEntries(own) }).toEqual(PERMISSIONS[name]);
  });

  it("uses GitHub's own actions only, at a version", () => {
    const used = stepsOf(workflow).flatMap(({ uses }) => (uses === undefined ? [] : [uses]));

    expect(used.filter((action) => !/^actions\/[a-z-]+@(v\d+(\.\d+){0,2}|[0-9a-f]{40})$/.test(action))).toEqual([]);
  });

  it('has no secret and names no registry', () => {
    expect(text).not.toMatch(/secrets\.|registry|_authToken|NODE_AUTH_TOKEN|NPM_TOKEN/i);
  });

  it('puts nothing that others write into a script', () => {
    const written = stepsOf(workflow).flatMap(({ run }) => (run?.includes('${{') === true ? [run] : []));

    expect(written).toEqual([]);
  });

  it('has jobs that wait for jobs that there are', () => {
    const awaited = Object.values(workflow.jobs).flatMap(({ needs }) => (needs === undefined ? [] : [needs]));

    expect(awaited.filter((job) => !(job in workflow.jobs))).toEqual([]);
  });
});

describe('what publishes', async () => {
  const text = await readFile(join(FOLDER, 'release.yml'), 'utf8');
  const steps = stepsOf(parseDocument(text).toJS() as Workflow);

  /** What a step asks a command to do for a tag, beside the packages. */
  async function askedBy(name: string, command: string, tag: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'tapkeeper-'));
    try {
      await writeFile(join(folder, command), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
      await writeFile(join(folder, 'tapkeeper-1.0.0.tgz'), '');
      const run = steps.find((step) => step.name === name)?.run ?? '';
      const env = { PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`, GITHUB_REF_NAME: tag };
      return (await promisify(execFile)('bash', ['-euc', run], { cwd: folder, env })).stdout;
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it.each([
    ['v1.0.0', '--tag latest', '--latest'],
    ['v1.0.0-rc.1', '--tag next', '--prerelease'],
  ])('of %s says to npm %s and to GitHub %s', async (tag, toNpm, toGitHub) => {
    expect(await askedBy('Publish', 'npm', tag)).toContain(
      `./tapkeeper-1.0.0.tgz --provenance --access public ${toNpm}`,
    );
    expect(await askedBy('Release', 'gh', tag)).toMatch(
      new RegExp(`^release create ${tag} --verify-tag --generate-notes ${toGitHub} -- .*tapkeeper-1\\.0\\.0\\.tgz`),
    );
  });
});
