import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../../cli/io.ts';
import { main } from '../../cli/main.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command as a shell would, without a terminal unless `io` says otherwise. */
export async function run(typed: readonly string[], io: Partial<Io> = {}): Promise<Ran> {
  let [out, err] = ['', ''];
  const code = await main(typed, {
    env: {},
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    isOutTerminal: false,
    isErrTerminal: false,
    ask: null,
    untilStopped: () => Promise.resolve(),
    pause: () => Promise.resolve(),
    now: Date.now,
    ...io,
  });
  return { code, out, err };
}

/** A file in a folder of its own. */
export function fileOf(text: string, name = 'tapkeeper.yaml'): string {
  const path = join(mkdtempSync(join(tmpdir(), 'tapkeeper-test-')), name);
  writeFileSync(path, text);
  return path;
}

/** Rules that mirror what is tagged `mirror=soc`. */
export const RULES = `version: 1
owner: prod
guard: { count: 0, percent: 0 }
destinations:
  soc:
    cloud: aws
    region: us-east-1
    target: tmt-0a45c694b91bcea54
    filter: tmf-010db9a7d8056cc2d
    sessionNumber: 100
rules:
  - name: tagged
    when: { tag: mirror }
    mirror: { fromTag: mirror, among: [soc] }
`;
