import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePlace } from '../../../functions/rules/place.ts';

describe('what TAPKEEPER_RULES names', () => {
  it.each(['tapkeeper.yaml', '/srv/rules/a:b.yaml', 'C:\\srv\\tapkeeper.yaml'])('%s is a file', (text) => {
    expect(parsePlace(text)).toEqual({ kind: 'file', path: resolve(text) });
  });

  it.each([
    'https://account.blob.core.windows.net/rules/tapkeeper.yaml',
    'https://account.blob.core.windows.net/rules/soc/tap%20keeper.yaml',
    'https://account.blob.core.chinacloudapi.cn/rules/tapkeeper.yaml',
    'https://account.blob.core.usgovcloudapi.net/$root/tapkeeper.yaml',
    'https://account.z12.blob.storage.azure.net/rules/tapkeeper.yaml',
  ])('%s is a blob, read as the identity', (text) => {
    expect(parsePlace(text)).toEqual({ kind: 'blob', url: new URL(text) });
  });

  it.each([
    's3://rules/tapkeeper.yaml',
    'ssm:/rules',
    'file:///tapkeeper.yaml',
    'http://127.0.0.1:10000/devstoreaccount1/rules/tapkeeper.yaml',
    'http://account.blob.core.windows.net/rules/tapkeeper.yaml',
    'https://account.blob.core.windows.net/',
    'https://account.blob.core.windows.net/rules',
    'https://account.blob.core.windows.net/rules/',
    'https://account.blob.core.windows.net/rules/folder/',
    'https://account.blob.core.windows.net:8443/rules/tapkeeper.yaml',
    'https://account.file.core.windows.net/rules/tapkeeper.yaml',
    'https://blob.core.windows.net/rules/tapkeeper.yaml',
    'https://example.org/rules/tapkeeper.yaml',
    'https:',
  ])('%s is refused with what may stand there', (text) => {
    const right = 'write the path of a file, or https://<account>.blob.core.windows.net/<container>/<blob>';
    const message = `reading the rules at "${text}": rules are at no such place; ${right}`;
    expect(() => parsePlace(text)).toThrow(expect.objectContaining({ code: 'config-invalid', message }) as Error);
  });

  it.each([
    'https://account.blob.core.windows.net/rules/a.yaml?sv=2024&sig=c2VjcmV0',
    'https://account.blob.core.windows.net/rules/a.yaml#c2VjcmV0',
    'https://someone:c2VjcmV0@account.blob.core.windows.net/rules/a.yaml',
    'ftp://someone:c2VjcmV0@example.org/rules.yaml?sig=c2VjcmV0',
  ])('a secret in it is refused and not repeated: %s', (text) => {
    expect(() => parsePlace(text)).toThrow(/^(?!.*c2VjcmV0)reading the rules at/);
  });
});
