import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePlace } from '../../../functions/rules/place.ts';
import { findBlobKey } from '../../../functions/rules/shared-key.ts';

const LOCAL = findBlobKey(
  'AccountName=devstoreaccount1;AccountKey=a2V5;BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;',
);
const OWN = findBlobKey(
  'DefaultEndpointsProtocol=https;AccountName=own;AccountKey=a2V5;EndpointSuffix=core.windows.net',
);

describe('what TAPKEEPER_RULES names', () => {
  it.each(['tapkeeper.yaml', '/srv/rules/a:b.yaml', 'C:\\srv\\tapkeeper.yaml'])('%s is a file', (text) => {
    expect(parsePlace(text, null)).toEqual({ kind: 'file', path: resolve(text) });
  });

  it.each([
    'https://account.blob.core.windows.net/rules/tapkeeper.yaml',
    'https://account.blob.core.windows.net/rules/soc/tap%20keeper.yaml',
    'https://account.blob.core.chinacloudapi.cn/rules/tapkeeper.yaml',
    'https://account.blob.core.usgovcloudapi.net/$root/tapkeeper.yaml',
    'https://account.z12.blob.storage.azure.net/rules/tapkeeper.yaml',
  ])('%s is a blob, read as the identity', (text) => {
    expect(parsePlace(text, OWN)).toEqual({ kind: 'blob', url: new URL(text), key: null });
  });

  it('is read with the key of the settings only where that is the key of its account', () => {
    const own = 'https://own.blob.core.windows.net/rules/tapkeeper.yaml';
    expect(parsePlace(own, OWN)).toMatchObject({ kind: 'blob', key: { account: 'own' } });
    expect(parsePlace(own, LOCAL)).toMatchObject({ kind: 'blob', key: null });
    const local = 'http://127.0.0.1:10000/devstoreaccount1/rules/tapkeeper.yaml';
    expect(parsePlace(local, LOCAL)).toMatchObject({ kind: 'blob', key: { account: 'devstoreaccount1' } });
    expect(() => parsePlace(local, OWN)).toThrow(/TAPKEEPER_RULES is/);
  });

  it.each([
    's3://rules/tapkeeper.yaml',
    'ssm:/rules',
    'file:///tapkeeper.yaml',
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
    const message = `TAPKEEPER_RULES is "${text}"; ${right}`;
    expect(() => parsePlace(text, OWN)).toThrow(expect.objectContaining({ code: 'config-invalid', message }) as Error);
  });

  it.each([
    'https://account.blob.core.windows.net/rules/a.yaml?sv=2024&sig=c2VjcmV0',
    'https://account.blob.core.windows.net/rules/a.yaml#c2VjcmV0',
    'https://someone:c2VjcmV0@account.blob.core.windows.net/rules/a.yaml',
    'ftp://someone:c2VjcmV0@example.org/rules.yaml?sig=c2VjcmV0',
  ])('a secret in it is refused and not repeated: %s', (text) => {
    expect(() => parsePlace(text, null)).toThrow(/^(?!.*c2VjcmV0)TAPKEEPER_RULES is/);
  });
});
