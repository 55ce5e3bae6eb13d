import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FunctionApp, loadFunctionApp } from '../../../local/azure/host/functions-core.ts';
import { ROOT } from '../../../tools/root.ts';
import type { Sources } from '../../../tools/package/zips.ts';
import { build, findMissing, install, unpack } from './built.ts';

const PACKAGE = 'tapkeeper-functions.zip';

let folder: string;
let sources: Sources;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapkeeper-app-'));
  sources = await build('functions', join(folder, 'built'));
  await install(PACKAGE, sources, join(folder, 'app'));
});

afterAll(async () => rm(folder, { recursive: true }));

/** Loads what `main` of package.json names, as the worker does: it is a glob, from the app's root. */
async function load(root: string): Promise<FunctionApp> {
  const { main } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { main: string };
  const require = createRequire(join(root, 'package.json'));
  return loadFunctionApp(() => globSync(main, { cwd: root }).forEach((file) => void require(join(root, file))));
}

describe('the package of the function app', () => {
  it('has what the host reads and what the worker loads, and nothing else', async () => {
    const names = [...(await unpack(PACKAGE, sources)).keys()];

    expect(names.filter((name) => !name.startsWith('dist/functions/'))).toEqual(['host.json', 'package.json']);
    expect(names).toContain('dist/functions/main.js');
    expect(await readFile(join(folder, 'app/host.json'))).toEqual(await readFile(join(ROOT, 'host.json')));
  });

  it('has everything that it loads later', async () => {
    expect(findMissing(await unpack(PACKAGE, sources))).toEqual([]);
  });

  it('has the rules beside them where they were given', async () => {
    const files = await unpack(PACKAGE, { ...sources, rules: Buffer.from('version: 1\n') });

    expect(Buffer.from(files.get('tapkeeper.yaml') ?? []).toString()).toBe('version: 1\n');
  });

  it('registers every trigger with its binding', async () => {
    const { functions } = await load(join(folder, 'app'));
    const triggers = [...functions.values()].map(({ metadata: { name, bindings } }) => [
      name,
      Object.values(bindings).find(({ direction }) => direction === 'in'),
    ]);

    expect(functions.size).toBe(5);
    expect(Object.fromEntries(triggers)).toMatchObject({
      'on-change': { type: 'queueTrigger', queueName: 'tapkeeper-events', connection: 'AzureWebJobsStorage' },
      'on-bulk': { type: 'queueTrigger', queueName: 'tapkeeper-bulk', connection: 'AzureWebJobsStorage' },
      'on-event': { type: 'eventGridTrigger' },
      sweep: { type: 'timerTrigger', schedule: '0 */15 * * * *' },
      resync: { type: 'httpTrigger', route: 'resync', methods: ['POST'], authLevel: 'function' },
    });
  });
});
