/**
 * `npm run package`: writes what is handed out to dist/packages/, and fails when a zip is larger than its budget.
 *
 *   --rules <file>       puts the rules file into the function app's zip, if it is valid
 *   --repository <url>   says in the npm package where it comes from, as https://github.com/owner/name
 */
import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readManifest } from './package/manifest.ts';
import { writePackages } from './package/packages.ts';
import { judgeRules } from './package/rules.ts';
import { ZIPS } from './package/zips.ts';
import { ROOT } from './root.ts';

const TO = join(ROOT, 'dist/packages');

const { values: given } = parseArgs({ options: { rules: { type: 'string' }, repository: { type: 'string' } } });

/** The rules that were named, from where the command was typed. @throws Error with everything that is wrong with them. */
async function readRules(path: string | undefined): Promise<Uint8Array | null> {
  if (path === undefined) return null;
  const verdict = await judgeRules(resolve(process.env['INIT_CWD'] ?? '.', path));
  if (verdict.kind === 'invalid') throw new Error(`${verdict.said}nothing is packaged`);
  console.log(verdict.said.trimEnd());
  return verdict.text;
}

/** What is wrong with the size of a package. */
async function weigh(name: string): Promise<readonly string[]> {
  const sizeKb = (await stat(join(TO, name))).size / 1000;
  const budgetKb = ZIPS.find((zip) => zip.name === name)?.budgetKb ?? null;
  const size = `${relative(ROOT, join(TO, name)).padEnd(40)} ${sizeKb.toFixed(0).padStart(4)} kB`;
  console.log(budgetKb === null ? size : `${size} of ${budgetKb} kB`);
  if (budgetKb === null || sizeKb <= budgetKb) return [];
  return [
    `${name} is over its budget of ${budgetKb} kB: see what came in, or say in docs/decisions why it may be more`,
  ];
}

try {
  const rules = await readRules(given.rules);
  const manifest = await readManifest(join(ROOT, 'package.json'));
  await writePackages(
    { manifest, root: ROOT, dist: join(ROOT, 'dist'), rules },
    {
      to: TO,
      staging: join(ROOT, 'dist/npm'),
      repository: given.repository ?? null,
      sourceDateEpoch: process.env['SOURCE_DATE_EPOCH'] ?? null,
    },
  );
  const problems = (await Promise.all((await readdir(TO)).sort().map(weigh))).flat();
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
} catch (thrown) {
  console.error(thrown instanceof Error ? thrown.message : String(thrown));
  process.exitCode = 1;
}
