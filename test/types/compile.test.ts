import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

describe('impossible states', () => {
  it('do not compile', async () => {
    const tsc = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc');
    const compiled = await promisify(execFile)(process.execPath, [tsc, '-p', import.meta.dirname]).catch(
      (failed: { stdout: string }) => failed,
    );

    expect(compiled.stdout).toBe('');
  });
});
