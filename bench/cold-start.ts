import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { medianOf, toRow, type Row } from './table.ts';

const ROOT = join(import.meta.dirname, '..');
const PROCESSES = 20;

/** A CommonJS module is required, as the Lambda runtime and the Functions host do it. */
const TIMER =
  'const t = performance.now(); require(process.argv[1]); console.log(performance.now() - t); process.exit()';

async function importMs(path: string): Promise<number> {
  const env = { ...process.env, AWS_REGION: 'us-east-1', NODE_DISABLE_COMPILE_CACHE: '1' };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', TIMER, path], { env });
  return Number(stdout.trim().split('\n').at(-1));
}

/** Medians of as many processes each, taken in turns so that a slow spell of the machine falls on all alike. */
async function mediansOf(paths: readonly string[]): Promise<readonly number[]> {
  const rounds: number[][] = [];
  for (let round = 0; round < PROCESSES; round++) {
    const times: number[] = [];
    for (const path of paths) times.push(await importMs(path));
    rounds.push(times);
  }
  return paths.map((_, index) => medianOf(rounds.map((times) => times[index] ?? Number.NaN)));
}

const BUNDLES = [
  { path: 'dist/lambdas/on-change/index.js', mostMs: 40, mostKb: 350 },
  { path: 'dist/functions/main.js', mostMs: 60, mostKb: 650 },
] as const;

/** Size of what is deployed, and what importing it costs above an empty module. Needs `npm run build`. */
export async function measureColdStart(): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tapkeeper-bench-'));
  try {
    const empty = join(folder, 'empty.cjs');
    await writeFile(empty, '');
    const paths = BUNDLES.map(({ path }) => join(ROOT, path));
    const [emptyMs = 0, ...timesMs] = await mediansOf([empty, ...paths]);
    const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size / 1000));
    return BUNDLES.flatMap(({ path, mostMs, mostKb }, index) => [
      toRow(`import ${path}, above an empty module`, (timesMs[index] ?? 0) - emptyMs, { most: mostMs }, 'ms'),
      toRow(`size of ${path}`, sizes[index] ?? 0, { most: mostKb }, 'kB'),
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
