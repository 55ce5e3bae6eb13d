import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '../..');

/** What the compiler says against a project; nothing when it compiles. */
async function compile(project: string): Promise<string> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const compiled = await promisify(execFile)(process.execPath, [tsc, '-p', project]).catch(
    (failed: { stdout: string }) => failed,
  );
  return compiled.stdout;
}

describe('impossible states', () => {
  it('do not compile', async () => {
    expect(await compile(import.meta.dirname)).toBe('');
  });
});

describe('the types of a rules file', () => {
  /** Compiles a rules file as a program that states its type. */
  async function compileRules(rules: unknown): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'tapkeeper-types-'));
    try {
      const types = JSON.stringify(join(ROOT, 'schemas/tapkeeper.d.ts'));
      const program = `import type { RulesFile } from ${types};\nexport const rules: RulesFile = ${JSON.stringify(rules)};\n`;
      await writeFile(join(folder, 'rules.mts'), program);
      const extended = { extends: join(import.meta.dirname, 'tsconfig.json'), include: ['rules.mts'] };
      await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(extended));
      return await compile(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it('fit the example', async () => {
    const rules = parse(await readFile(join(ROOT, 'tapkeeper.example.yaml'), 'utf8')) as object;

    expect(await compileRules(rules)).toBe('');
    expect(await compileRules({ ...rules, slots: 'two' })).toContain("'string' is not assignable to type 'number'");
  });
});
