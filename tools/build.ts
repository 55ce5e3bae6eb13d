/** `npm run build`: writes what is deployed to dist/ and fails when a bundle is larger than its budget. */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, formatMessages } from 'esbuild';
import { BUNDLES, type Bundle } from './bundle/bundles.ts';

/** The root package is ESM; a nearer package.json makes Node read the bundles' `.js` as what they are. */
async function writeModuleType({ outfile, options }: Bundle): Promise<void> {
  const type = options.format === 'esm' ? 'module' : 'commonjs';
  await writeFile(join(dirname(outfile), 'package.json'), `${JSON.stringify({ type })}\n`);
}

/** What is wrong with the bundle, one text per problem; none when it was written and is small enough. */
async function problemsOf(bundle: Bundle): Promise<readonly string[]> {
  const { errors, warnings } = await build({ ...bundle.options, outfile: bundle.outfile }).catch(
    (thrown: { errors?: []; warnings?: [] }) => {
      if (thrown.errors === undefined) throw thrown;
      return { errors: thrown.errors, warnings: thrown.warnings ?? [] };
    },
  );
  if (errors.length + warnings.length > 0) return formatMessages([...errors, ...warnings], { kind: 'error' });
  await writeModuleType(bundle);
  const sizeKb = (await stat(bundle.outfile)).size / 1000;
  const limit = bundle.budgetKb === null ? '' : ` of ${bundle.budgetKb} kB`;
  console.log(`${bundle.outfile.padEnd(36)} ${sizeKb.toFixed(0).padStart(5)} kB${limit}`);
  return bundle.budgetKb === null || sizeKb <= bundle.budgetKb
    ? []
    : [
        `${bundle.outfile} is ${sizeKb.toFixed(0)} kB, over its budget of ${bundle.budgetKb} kB: see what came in, or argue for more`,
      ];
}

process.chdir(join(import.meta.dirname, '..'));
await rm('dist', { recursive: true, force: true });
for (const { outfile } of BUNDLES) await mkdir(dirname(outfile), { recursive: true });
const problems = (await Promise.all(BUNDLES.map(problemsOf))).flat();
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
