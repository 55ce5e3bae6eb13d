import { describe, expect, test } from 'vitest';
import { isOwnedHere } from '../../../lambdas/ec2/scope.ts';
import { parseAccountId } from '../../../shared/ids.ts';
import { HERE } from '../samples.ts';

describe('an owner', () => {
  test.each([
    ['123456789012', true],
    ['210987654321', false],
    [undefined, true],
  ])('%s: here is %s', (owner, isHere) => {
    expect(isOwnedHere(HERE, owner)).toBe(isHere);
  });

  test('is told also when the zeros that it begins with were lost', () => {
    const here = { ...HERE, account: parseAccountId('001234567890') };
    expect(isOwnedHere(here, '1234567890')).toBe(true);
    expect(isOwnedHere(here, '001234567890')).toBe(true);
    expect(isOwnedHere(here, '1234567891')).toBe(false);
  });
});
