import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeRules } from '../../../tools/package/rules.ts';
import { ROOT } from '../../../tools/root.ts';
import { run } from '../../cli/run.ts';

let folder: string;
let wrong: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapkeeper-rules-'));
  wrong = join(folder, 'wrong.yaml');
  await writeFile(wrong, 'version: 1\nrulez: []\n');
});

afterAll(async () => rm(folder, { recursive: true }));

/** What a person sees who packages, from the folder where they typed. */
async function packageWith(file: string): Promise<{ readonly code: number; readonly stderr: string }> {
  const env = { ...process.env, INIT_CWD: folder };
  return promisify(execFile)(process.execPath, [join(ROOT, 'tools/package.ts'), '--rules', file], { env }).then(
    ({ stderr }) => ({ code: 0, stderr }),
    (failed: { code: number; stderr: string }) => failed,
  );
}

describe('the rules of a package', () => {
  it('are taken as they are when they are valid', async () => {
    const verdict = await judgeRules(join(ROOT, 'tapkeeper.example.yaml'));

    expect(verdict).toMatchObject({ kind: 'valid', said: expect.stringContaining('is valid') as unknown });
  });

  it('are refused with the words of validate', async () => {
    const { out } = await run(['validate', wrong]);

    expect(out).toContain('rulez');
    expect(await judgeRules(wrong)).toEqual({ kind: 'invalid', said: out });
  });

  it('are refused before anything is packaged', async () => {
    const { code, stderr } = await packageWith('wrong.yaml');

    expect(code).toBe(1);
    expect(stderr).toContain('rulez');
    expect(stderr).toContain('nothing is packaged');
  });

  it('are refused when there is no such file', async () => {
    const { code, stderr } = await packageWith('missing.yaml');

    expect(code).toBe(1);
    expect(stderr).toContain('reading the rules file');
    expect(stderr).toContain('missing.yaml');
  });
});
