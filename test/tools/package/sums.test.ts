import { expect, it } from 'vitest';
import { toSums } from '../../../tools/package/sums.ts';

it('the sums are what `sha256sum --check` reads, in order of name', () => {
  const sums = toSums(
    new Map([
      ['b.zip', Buffer.from('')],
      ['a.zip', Buffer.from('a')],
    ]),
  );

  expect(Buffer.from(sums).toString()).toBe(
    'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a.zip\n' +
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b.zip\n',
  );
});
