import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { fail, type Finding, ok } from './finding.ts';
import { ROOT } from './process.ts';

const Manifest = v.object({ engines: v.object({ node: v.pipe(v.string(), v.regex(/^>=\d+\.\d+$/)) }) });

/** Whether this Node runs what is here: package.json says which do. */
export function checkNode(version: string): Finding {
  const { engines } = v.parse(Manifest, JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = engines.node.slice(2).split('.').map(Number);
  const isEnough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return isEnough
    ? ok(`Node ${version}`)
    : fail(
        `Node ${version} is too old`,
        `run it as an npm script of the clone, which brings its own Node (${engines.node})`,
      );
}
