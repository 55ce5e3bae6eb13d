import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { toZip } from '../../../tools/package/zip.ts';
import { ROOT } from '../../../tools/root.ts';

const A = ['index.js', Buffer.from('exports.handler = 1;\n')] as const;
const B = ['later/parse.js', Buffer.from('exports.parse = 1;\n')] as const;

/** The zip's bytes, as a process with another clock and another place makes them. */
async function zipElsewhere(timeZone: string): Promise<string> {
  const script = `
    import { toZip } from ${JSON.stringify(join(ROOT, 'tools/package/zip.ts'))};
    const files = new Map([['index.js', Buffer.from('exports.handler = 1;\\n')]]);
    process.stdout.write(Buffer.from(toZip(files)).toString('base64'));`;
  const env = { ...process.env, TZ: timeZone };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
  return stdout;
}

describe('a zip', () => {
  it('holds the files', () => {
    const files = unzipSync(toZip(new Map([B, A])));

    expect(Object.keys(files)).toEqual(['index.js', 'later/parse.js']);
    expect(Buffer.from(files['index.js'] ?? []).toString()).toBe('exports.handler = 1;\n');
  });

  it('is the same bytes, in whatever order files come', () => {
    expect(Buffer.from(toZip(new Map([A, B]))).equals(toZip(new Map([B, A])))).toBe(true);
  });

  it('is the same bytes, wherever it is made', async () => {
    const here = Buffer.from(toZip(new Map([A]))).toString('base64');

    expect(await zipElsewhere('Pacific/Kiritimati')).toBe(here);
    expect(await zipElsewhere('America/Los_Angeles')).toBe(here);
  });

  it('lets everybody read the files', () => {
    const zip = Buffer.from(toZip(new Map([A])));
    // The central directory's entry: who made it at 4 (the high byte is the system), modes at 38
    // (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.12).
    const entry = zip.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));

    expect(zip.readUInt8(entry + 5)).toBe(3);
    expect((zip.readUInt32LE(entry + 38) >>> 16).toString(8)).toBe('100644');
  });
});
