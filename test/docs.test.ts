import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const FOLDERS = ['.', 'docs', 'docs/decisions', 'local'];
const LINK = /\]\(([^)#\s]+)(?:#[^)]*)?\)/g;

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

  it('names the README and more', () => {
    expect(pages).toEqual(
      expect.arrayContaining(['README.md', 'docs/runbook.md', 'docs/decisions/001-dependencies.md']),
    );
  });
});
