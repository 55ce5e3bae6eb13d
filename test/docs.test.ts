import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatProblems, parseConfig } from '../shared/config/parse.ts';

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = ['.', 'docs', 'docs/decisions', 'local', 'infra/azure', 'infra/azure/destination'];
const LINK = /\]\(([^)#\s]+)(?:#[^)]*)?\)/g;

const SCRIPT = /\bnpm run (?:-s |--silent )?([a-z]+(?::[a-z]+)?)/g;
const EXAMPLE = /^```yaml\n([\s\S]*?)^```$/gm;

const pages = (
  await Promise.all(
    FOLDERS.map(async (folder) => (await readdir(join(ROOT, folder))).map((name) => join(folder, name))),
  )
)
  .flat()
  .filter((path) => path.endsWith('.md'));

describe('the documentation', () => {
  it.each(pages)('%s links only to what is there', async (page) => {
    const text = await readFile(join(ROOT, page), 'utf8');
    const links = [...text.matchAll(LINK)]
      .map(([, target = '']) => target)
      .filter((target) => !/^https?:/.test(target));

    expect(links.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([]);
  });

  it.each(pages)('%s names only scripts that there are', async (page) => {
    const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
    const named = [...(await readFile(join(ROOT, page), 'utf8')).matchAll(SCRIPT)].map(([, name = '']) => name);

    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it.each(pages)('%s shows rules that are valid', async (page) => {
    const text = await readFile(join(ROOT, page), 'utf8');
    const examples = [...text.matchAll(EXAMPLE)].map(([, example = '']) => example);

    for (const example of examples.filter((one) => one.startsWith('version:'))) {
      const parsed = parseConfig(example);
      expect(parsed.kind === 'valid' ? '' : formatProblems(page, parsed.problems)).toBe('');
    }
  });

  it('names the README and more', () => {
    expect(pages).toEqual(
      expect.arrayContaining(['README.md', 'docs/runbook.md', 'docs/decisions/001-dependencies.md']),
    );
  });
});
