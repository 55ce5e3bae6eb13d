import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NamedPlace } from '../../../../lambdas/rules/place.ts';
import { Fault } from '../../../../shared/fault.ts';
import { saidIn } from '../../../command/ask.ts';
import { reading, type Run } from '../../../command/process.ts';

/**
 * The rules as a file, which the command line reads: whose the sessions are is said there.
 * @throws Fault `config-invalid` when they cannot be had.
 */
export async function rulesFor(place: NamedPlace, run: Run): Promise<string> {
  if (place.kind === 'file') return place.path;
  const call =
    place.kind === 'object'
      ? reading('aws', 's3', 'cp', `s3://${place.bucket}/${place.key}`, '-')
      : reading(
          'aws',
          'ssm',
          'get-parameter',
          '--name',
          place.name,
          '--with-decryption',
          '--query',
          'Parameter.Value',
          '--output',
          'text',
        );
  const { code, stdout, stderr } = await run(call);
  if (code !== 0) throw new Fault('config-invalid', `reading the rules: ${saidIn(stderr)}`);
  const path = join(await mkdtemp(join(tmpdir(), 'tapkeeper-')), 'tapkeeper.yaml');
  await writeFile(path, stdout);
  return path;
}
