import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../../../shared/fault.ts';
import { saidIn } from '../../../command/ask.ts';
import { reading, type Run } from '../../../command/process.ts';
import { rulesBeside } from '../checks/rules.ts';
import type { Parameters } from '../parameters.ts';

/**
 * The rules as a file, which the command line reads: whose the TAP configurations are is said there.
 * @throws Fault `config-invalid` when they cannot be had.
 */
export async function rulesFor(run: Run, parametersPath: string, { rules }: Parameters): Promise<string> {
  if (rules === '') return rulesBeside(parametersPath);
  const path = join(await mkdtemp(join(tmpdir(), 'tapkeeper-')), 'tapkeeper.yaml');
  const download = ['storage', 'blob', 'download', '--blob-url', rules, '--file', path, '--auth-mode', 'login'];
  const { code, stderr } = await run(reading('az', ...download, '--output', 'none'));
  if (code !== 0) throw new Fault('config-invalid', `reading the rules: ${saidIn(stderr)}`);
  return path;
}
