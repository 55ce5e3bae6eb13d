import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QueueServiceClient } from '@azure/storage-queue';
import { build, type Plugin } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStorageQueues, type StorageQueues } from '../../local/azure/storage-queues.ts';
import { azureShake } from '../../tools/bundle/azure-shake.ts';

const SENDER = `
  import { QueueServiceClient } from '@azure/storage-queue';
  export const send = (connection, name, text) =>
    QueueServiceClient.fromConnectionString(connection).getQueueClient(name).sendMessage(text);
`;

async function bundle(contents: string, outfile: string, plugins: Plugin[]): Promise<number> {
  const { metafile } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'js' },
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    outfile,
    metafile: true,
    logLevel: 'silent',
    plugins,
  });
  return Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
}

let folder: string;
let storage: StorageQueues;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapkeeper-'));
  storage = await startStorageQueues();
});
afterAll(async () => {
  await storage.stop();
  await rm(folder, { recursive: true });
});

test('what is shaken is smaller and still sends', async () => {
  const outfile = join(folder, 'sender.cjs');
  const plain = await bundle(SENDER, join(folder, 'plain.cjs'), []);
  expect(await bundle(SENDER, outfile, [azureShake])).toBeLessThan(plain - 80_000);

  const { send } = createRequire(outfile)(outfile) as {
    send: (connection: string, name: string, text: string) => Promise<unknown>;
  };
  const queue = QueueServiceClient.fromConnectionString(storage.connectionString).getQueueClient('shaken');
  await queue.createIfNotExists();
  await send(storage.connectionString, 'shaken', 'hello');
  expect((await queue.receiveMessages()).receivedMessageItems.map(({ messageText }) => messageText)).toEqual(['hello']);
});

test('a bundle without the Azure SDK is refused', async () => {
  const nothing = bundle('export const x = 1;', join(folder, 'nothing.cjs'), [azureShake]);
  await expect(nothing).rejects.toThrow(/mend tools\/bundle\/azure-shake\.ts/);
});
