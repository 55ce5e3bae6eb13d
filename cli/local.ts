import { isAbsolute } from 'node:path';
import { Fault } from '../shared/fault.ts';
import type { Arguments } from './arguments.ts';
import { type Command, JSON_FLAG } from './command.ts';
import { EXIT } from './exit-code.ts';
import type { Io } from './io.ts';
import { paintFor } from './paint.ts';

const PORT = { from: 0, to: 65535 };

/** Runs both clouds and tapkeeper on this machine, with a page that shows them, until it is stopped. */
export const local: Command = {
  name: 'local',
  description: 'Run both clouds and tapkeeper on this machine, with a page that shows what happens',
  args: {
    port: { type: 'string', description: 'The port of the page (default: 7070; 0: any free one)' },
    'ec2-port': { type: 'string', description: 'The port of the EC2 endpoint (default: 7071)' },
    'arm-port': { type: 'string', description: 'The port of the ARM endpoint (default: 7072)' },
    rules: {
      type: 'string',
      valueHint: 'file',
      description: 'The rules file (default: one for the demo); changes take effect at once',
    },
    empty: { type: 'boolean', description: 'Start without any machine' },
    'sweep-seconds': { type: 'string', description: 'How often to sweep (default: 10)' },
    demo: { type: 'boolean', description: 'Take some first steps, so that there is something to see' },
    // What is written to stdout is JSON with and without it.
    ...JSON_FLAG,
  },
  async run(given, io) {
    const { startLocal } = await loadLocal();
    const running = await startLocal({ ...readOptions(given), log: io.err });
    const { page, ec2, arm } = running;
    io.out(`${JSON.stringify({ ready: true, page, ec2, arm })}\n`);
    if (given.flag('demo')) invite(page, io);
    await io.untilStopped();
    await running.stop();
    return EXIT.nothingToDo;
  },
};

/** For a person; programs read the line on stdout. */
function invite(page: string, io: Io): void {
  const address = paintFor(io.isErrTerminal, io.env)('title', page);
  io.err(`\n  Both clouds are running. Open ${address} in a browser; Ctrl+C ends everything.\n\n`);
}

const readOptions = (given: Arguments) => ({
  port: given.integer('port', PORT) ?? 7070,
  ec2Port: given.integer('ec2-port', PORT) ?? 7071,
  armPort: given.integer('arm-port', PORT) ?? 7072,
  rulesPath: given.text('rules'),
  empty: given.flag('empty'),
  demo: given.flag('demo'),
  sweepSeconds: given.integer('sweep-seconds', { from: 1, to: 86_400 }) ?? 10,
});

/** The queues of the local clouds are development packages: they are in a clone, and not in an installation for production. */
async function loadLocal() {
  try {
    return await import('../local/start.ts');
  } catch (thrown) {
    if (!(thrown instanceof Error) || !('code' in thrown)) throw thrown;
    if (thrown.code === 'ERR_UNKNOWN_BUILTIN_MODULE') {
      const right = 'run it with `npm start` in a clone, which brings its own Node';
      throw new Fault(
        'unsupported',
        `the local clouds need Node 22 or later, and this is ${process.version}; ${right}`,
        thrown,
      );
    }
    if (thrown.code !== 'ERR_MODULE_NOT_FOUND') throw thrown;
    throw new Fault('unsupported', toRemedy(thrown), thrown);
  }
}

/** What is missing is a package, or our own file that the published package leaves out. */
function toRemedy({ message }: Error): string {
  const [, missing = 'a package'] = /'([^']+)'/.exec(message) ?? [];
  if (isAbsolute(missing)) {
    return 'the local clouds are not in this package, for they need development packages: run `npm ci && npm start` in a clone of tapkeeper';
  }
  return `the local clouds need ${missing}, which is not installed: it is a development package, so run \`npm ci\` (without --omit=dev) in a clone of tapkeeper and start it there`;
}
