import { describe, expect, test } from 'vitest';
import { parseMode, parseScopes } from '../../lambdas/settings.ts';

describe('the mode', () => {
  test.each([
    [undefined, 'observe'],
    ['', 'observe'],
    ['enforce', 'enforce'],
    [' Paused ', 'paused'],
  ])('%j is %s', (text, mode) => {
    expect(parseMode({ TAPKEEPER_MODE: text })).toBe(mode);
  });

  test('what is no mode is not guessed', () => {
    expect(() => parseMode({ TAPKEEPER_MODE: 'enforced' })).toThrow(/TAPKEEPER_MODE is "enforced"/);
  });
});

describe('the scopes', () => {
  test('are kept in order, each once', () => {
    const scopes = parseScopes({
      TAPKEEPER_SCOPES: '123456789012:us-east-1, 123456789012:eu-west-1,123456789012:us-east-1,',
    });
    expect(scopes.map(({ account, region }) => `${account}:${region}`)).toEqual([
      '123456789012:us-east-1',
      '123456789012:eu-west-1',
    ]);
  });

  test.each(['', 'us-east-1', '123456789012', '12345:us-east-1', '123456789012:us-east-1;123456789012:eu-west-1'])(
    '%j is refused with what is right',
    (text) => {
      expect(() => parseScopes({ TAPKEEPER_SCOPES: text })).toThrow(/as 123456789012:us-east-1/);
    },
  );
});
