/** `npm run bench`: one table of what is promised and what was measured. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { measureAwsTimes } from './aws-times.ts';
import { measureAzureBackfill } from './azure-backfill.ts';
import { measureInterruptions } from './azure-interruptions.ts';
import { measureBackfill } from './backfill.ts';
import { measureAttachTimes, measureCalls } from './calls.ts';
import { measureColdStart } from './cold-start.ts';
import { measureCoverage } from './coverage.ts';
import { measurePlanning } from './planning.ts';
import { formatTable } from './table.ts';

if (!existsSync(join(import.meta.dirname, '../dist/lambdas/on-change/index.js'))) {
  console.error('There are no bundles to import: run `npm run build` first.');
  process.exit(1);
}

const rows = [
  ...measurePlanning(),
  ...measureCoverage(),
  ...(await measureColdStart()),
  ...(await measureCalls()),
  ...(await measureAttachTimes()),
  ...(await measureAwsTimes()),
  ...(await measureBackfill()),
  ...(await measureInterruptions()),
  ...(await measureAzureBackfill()),
];
console.log(formatTable(rows));
process.exitCode = rows.every(({ isMet }) => isMet) ? 0 : 1;
