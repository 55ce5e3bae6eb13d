import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Fault } from '../../../shared/fault.ts';
import type { Typed } from '../../command/options.ts';
import { type Call, reading, ROOT } from '../../command/process.ts';
import { type Means, pathFrom } from '../../command/script.ts';
import { loadNamed } from './begin.ts';
import { BUILD } from './cdk.ts';

const EXAMPLE = join('infra', 'aws', 'tapkeeper.aws.example.yaml');

/** What the CDK tells while all goes well; the rest is what a person is to see, as warnings of rules. */
const NOISE = /^(Bundling asset |Successfully synthesized |Supply a stack id |\s*$)/;

/**
 * Writes the templates of the settings, and nothing of other settings stays beside them. Returns the exit code.
 * @param into The folder of the folders that they are written to.
 */
export async function synthAws({ file }: Typed, means: Means, into = join(ROOT, 'dist', 'infra')): Promise<number> {
  const own = pathFrom(file ?? 'tapkeeper.aws.yaml');
  const path = file === null && !existsSync(own) ? EXAMPLE : own;
  loadNamed(path);
  means.say(path === EXAMPLE ? `Settings: ${path}, an example, since there is no ${own}` : `Settings: ${path}`);
  await quietly(means, 'building', { ...BUILD, output: 'read' });
  await synthesise(means, join(into, 'aws'), `settings=${path}`);
  await synthesise(means, join(into, 'members'), 'template=member');
  return 0;
}

async function synthesise(means: Means, folder: string, context: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const call = reading('cdk', 'synth', '--quiet', '-c', context, '-o', folder);
  for (const line of await quietly(means, `writing ${folder}`, call)) if (!NOISE.test(line)) means.say(line);
  const templates = readdirSync(folder).filter((name) => name.endsWith('.template.json'));
  for (const name of templates.sort()) means.say(relative(ROOT, join(folder, name)));
}

/**
 * The lines of a command that did well.
 * @throws Fault with all that it said when it did not.
 */
async function quietly({ run }: Means, doing: string, call: Call): Promise<readonly string[]> {
  const { code, stdout, stderr } = await run(call);
  const said = `${stdout}${stderr}`.trimEnd();
  if (code === 0) return said.split('\n');
  throw new Fault('unexpected', `${doing}: ${call.command} ended with exit code ${code}\n${said}`);
}
